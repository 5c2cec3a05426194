namespace Azure.Compute.Batch;

/// <summary>A range of ports to open on nodes.</summary>
public class BatchInboundNatPool
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    /// <param name="protocol">Transport protocol.</param>
    /// <param name="backendPort">Port on the node.</param>
    /// <param name="frontendPortRangeStart">First port outside, from 1 to 65534.</param>
    /// <param name="frontendPortRangeEnd">Last port outside, from 1 to 65534.</param>
    public BatchInboundNatPool(string name, InboundEndpointProtocol protocol, int backendPort, int frontendPortRangeStart, int frontendPortRangeEnd)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Protocol = protocol;
        BackendPort = backendPort;
        FrontendPortRangeStart = frontendPortRangeStart;
        FrontendPortRangeEnd = frontendPortRangeEnd;
    }

    internal BatchInboundNatPool()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Transport protocol.</summary>
    public InboundEndpointProtocol Protocol { get; set; }

    /// <summary>Port on the node.</summary>
    public int BackendPort { get; set; }

    /// <summary>First port outside, from 1 to 65534.</summary>
    public int FrontendPortRangeStart { get; set; }

    /// <summary>Last port outside, from 1 to 65534.</summary>
    public int FrontendPortRangeEnd { get; set; }

    /// <summary>Rules of access, highest priority first.</summary>
    public IList<NetworkSecurityGroupRule> NetworkSecurityGroupRules { get; internal set; } = new UnsetList<NetworkSecurityGroupRule>();
}

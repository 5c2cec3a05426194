namespace Azure.Compute.Batch;

/// <summary>Inbound nat pool of the Batch service.</summary>
public class BatchInboundNatPool
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="backendPort">The backend port.</param>
    /// <param name="frontendPortRangeStart">The frontend port range start.</param>
    /// <param name="frontendPortRangeEnd">The frontend port range end.</param>
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

    /// <summary>The protocol.</summary>
    public InboundEndpointProtocol Protocol { get; set; }

    /// <summary>The backend port.</summary>
    public int BackendPort { get; set; }

    /// <summary>The frontend port range start.</summary>
    public int FrontendPortRangeStart { get; set; }

    /// <summary>The frontend port range end.</summary>
    public int FrontendPortRangeEnd { get; set; }

    /// <summary>The network security group rules.</summary>
    public IList<NetworkSecurityGroupRule> NetworkSecurityGroupRules { get; internal set; } = new UnsetList<NetworkSecurityGroupRule>();
}

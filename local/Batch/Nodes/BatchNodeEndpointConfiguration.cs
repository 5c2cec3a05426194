namespace Azure.Compute.Batch;

/// <summary>Ports of a node that can be reached from outside.</summary>
public class BatchNodeEndpointConfiguration
{
    internal BatchNodeEndpointConfiguration()
    {
    }

    /// <summary>Ports that can be reached from outside.</summary>
    public IList<InboundEndpoint> InboundEndpoints { get; internal set; } = new UnsetList<InboundEndpoint>();
}

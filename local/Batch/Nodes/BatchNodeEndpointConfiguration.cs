namespace Azure.Compute.Batch;

/// <summary>Node endpoint configuration of the Batch service.</summary>
public class BatchNodeEndpointConfiguration
{
    internal BatchNodeEndpointConfiguration()
    {
    }

    /// <summary>The inbound endpoints.</summary>
    public IList<InboundEndpoint> InboundEndpoints { get; internal set; } = new UnsetList<InboundEndpoint>();
}

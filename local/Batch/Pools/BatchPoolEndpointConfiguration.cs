using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Pool endpoint configuration of the Batch service.</summary>
public class BatchPoolEndpointConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="inboundNatPools">The inbound nat pools.</param>
    public BatchPoolEndpointConfiguration(IEnumerable<BatchInboundNatPool> inboundNatPools)
    {
        ArgumentNullException.ThrowIfNull(inboundNatPools);
        InboundNatPools = inboundNatPools.ToList();
    }

    internal BatchPoolEndpointConfiguration()
    {
    }

    /// <summary>The inbound nat pools.</summary>
    [JsonPropertyName("inboundNATPools")]
    public IList<BatchInboundNatPool> InboundNatPools { get; internal set; } = new UnsetList<BatchInboundNatPool>();
}

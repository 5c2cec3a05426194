using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Ports of nodes that can be reached from outside.</summary>
public class BatchPoolEndpointConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="inboundNatPools">Ports to open, at most 5 ranges.</param>
    public BatchPoolEndpointConfiguration(IEnumerable<BatchInboundNatPool> inboundNatPools)
    {
        ArgumentNullException.ThrowIfNull(inboundNatPools);
        InboundNatPools = inboundNatPools.ToList();
    }

    internal BatchPoolEndpointConfiguration()
    {
    }

    /// <summary>Ports to open, at most 5 ranges.</summary>
    [JsonPropertyName("inboundNATPools")]
    public IList<BatchInboundNatPool> InboundNatPools { get; internal set; } = new UnsetList<BatchInboundNatPool>();
}

using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Network that a job brings along.</summary>
public class BatchJobNetworkConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="subnetId">Resource identifier of the subnet.</param>
    public BatchJobNetworkConfiguration(string subnetId)
    {
        SubnetId = subnetId ?? throw new ArgumentNullException(nameof(subnetId));
    }

    internal BatchJobNetworkConfiguration()
    {
    }

    /// <summary>Resource identifier of the subnet.</summary>
    public string SubnetId { get; set; }

    /// <summary>Whether nodes stay in the network when the job ends.</summary>
    [JsonPropertyName("skipWithdrawFromVNet")]
    public bool? SkipWithdrawFromVnet { get; set; }
}

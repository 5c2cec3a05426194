using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Public ip address configuration of the Batch service.</summary>
public class BatchPublicIpAddressConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPublicIpAddressConfiguration()
    {
    }

    /// <summary>The ip address provisioning type.</summary>
    [JsonPropertyName("provision")]
    public IpAddressProvisioningType? IpAddressProvisioningType { get; set; }

    /// <summary>The ip families.</summary>
    public IList<IPFamily> IpFamilies { get; internal set; } = new UnsetList<IPFamily>();

    /// <summary>The ip address ids.</summary>
    public IList<ResourceIdentifier> IpAddressIds { get; internal set; } = new UnsetList<ResourceIdentifier>();

    /// <summary>The ip tags.</summary>
    public IList<IPTag> IpTags { get; internal set; } = new UnsetList<IPTag>();
}

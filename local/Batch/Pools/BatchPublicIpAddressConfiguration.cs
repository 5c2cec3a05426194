using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Public addresses of nodes.</summary>
public class BatchPublicIpAddressConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPublicIpAddressConfiguration()
    {
    }

    /// <summary>Where the addresses come from.</summary>
    [JsonPropertyName("provision")]
    public IpAddressProvisioningType? IpAddressProvisioningType { get; set; }

    /// <summary>IP versions the pool supports.</summary>
    public IList<IPFamily> IpFamilies { get; internal set; } = new UnsetList<IPFamily>();

    /// <summary>Resource identifiers of the addresses.</summary>
    public IList<ResourceIdentifier> IpAddressIds { get; internal set; } = new UnsetList<ResourceIdentifier>();

    /// <summary>Tags of the addresses.</summary>
    public IList<IPTag> IpTags { get; internal set; } = new UnsetList<IPTag>();
}

using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Network configuration of the Batch service.</summary>
public class NetworkConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public NetworkConfiguration()
    {
    }

    /// <summary>Resource identifier of the subnet.</summary>
    public string SubnetId { get; set; }

    /// <summary>The dynamic vnet assignment scope.</summary>
    [JsonPropertyName("dynamicVNetAssignmentScope")]
    public DynamicVNetAssignmentScope? DynamicVnetAssignmentScope { get; set; }

    /// <summary>The endpoint configuration.</summary>
    public BatchPoolEndpointConfiguration EndpointConfiguration { get; set; }

    /// <summary>The public ip address configuration.</summary>
    [JsonPropertyName("publicIPAddressConfiguration")]
    public BatchPublicIpAddressConfiguration PublicIpAddressConfiguration { get; set; }

    /// <summary>The enable accelerated networking.</summary>
    public bool? EnableAcceleratedNetworking { get; set; }
}

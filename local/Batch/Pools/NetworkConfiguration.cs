using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Network of a pool.</summary>
public class NetworkConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public NetworkConfiguration()
    {
    }

    /// <summary>Resource identifier of the subnet.</summary>
    public string SubnetId { get; set; }

    /// <summary>Whether jobs bring a network of their own.</summary>
    [JsonPropertyName("dynamicVNetAssignmentScope")]
    public DynamicVNetAssignmentScope? DynamicVnetAssignmentScope { get; set; }

    /// <summary>Which ports of the nodes can be reached from outside.</summary>
    public BatchPoolEndpointConfiguration EndpointConfiguration { get; set; }

    /// <summary>Public addresses of the nodes.</summary>
    [JsonPropertyName("publicIPAddressConfiguration")]
    public BatchPublicIpAddressConfiguration PublicIpAddressConfiguration { get; set; }

    /// <summary>Whether networking is accelerated.</summary>
    public bool? EnableAcceleratedNetworking { get; set; }
}

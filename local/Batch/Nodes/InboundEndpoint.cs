using System.Net;
using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A port of a node that can be reached from outside.</summary>
public class InboundEndpoint
{
    internal InboundEndpoint()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>Transport protocol.</summary>
    public InboundEndpointProtocol Protocol { get; internal set; }

    /// <summary>Address to reach the node at.</summary>
    [JsonPropertyName("publicIPAddress")]
    public IPAddress PublicIpAddress { get; internal set; }

    /// <summary>Name to reach the node at.</summary>
    public string PublicFQDN { get; internal set; }

    /// <summary>Port outside.</summary>
    public int FrontendPort { get; internal set; }

    /// <summary>Port on the node.</summary>
    public int BackendPort { get; internal set; }
}

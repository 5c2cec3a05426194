using System.Net;
using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Inbound endpoint of the Batch service.</summary>
public class InboundEndpoint
{
    internal InboundEndpoint()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>The protocol.</summary>
    public InboundEndpointProtocol Protocol { get; internal set; }

    /// <summary>The public ip address.</summary>
    [JsonPropertyName("publicIPAddress")]
    public IPAddress PublicIpAddress { get; internal set; }

    /// <summary>The public fqdn.</summary>
    public string PublicFQDN { get; internal set; }

    /// <summary>The frontend port.</summary>
    public int FrontendPort { get; internal set; }

    /// <summary>The backend port.</summary>
    public int BackendPort { get; internal set; }
}

using System.Net;
using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Where to sign in to a node.</summary>
public class BatchNodeRemoteLoginSettings
{
    internal BatchNodeRemoteLoginSettings()
    {
    }

    /// <summary>IPv6 address to sign in at.</summary>
    [JsonPropertyName("ipv6RemoteLoginIPAddress")]
    public IPAddress Ipv6RemoteLoginIpAddress { get; internal set; }

    /// <summary>IPv6 port to sign in at.</summary>
    public int? Ipv6RemoteLoginPort { get; internal set; }

    /// <summary>Address to sign in at.</summary>
    [JsonPropertyName("remoteLoginIPAddress")]
    public IPAddress RemoteLoginIpAddress { get; internal set; }

    /// <summary>Port to sign in at.</summary>
    public int RemoteLoginPort { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchNodeRemoteLoginSettings(Response response) => BatchJson.Read<BatchNodeRemoteLoginSettings>(response.Content);
}

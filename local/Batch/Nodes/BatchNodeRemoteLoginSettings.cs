using System.Net;
using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Node remote login settings of the Batch service.</summary>
public class BatchNodeRemoteLoginSettings
{
    internal BatchNodeRemoteLoginSettings()
    {
    }

    /// <summary>The ipv6 remote login ip address.</summary>
    [JsonPropertyName("ipv6RemoteLoginIPAddress")]
    public IPAddress Ipv6RemoteLoginIpAddress { get; internal set; }

    /// <summary>The ipv6 remote login port.</summary>
    public int? Ipv6RemoteLoginPort { get; internal set; }

    /// <summary>The remote login ip address.</summary>
    [JsonPropertyName("remoteLoginIPAddress")]
    public IPAddress RemoteLoginIpAddress { get; internal set; }

    /// <summary>The remote login port.</summary>
    public int RemoteLoginPort { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchNodeRemoteLoginSettings(Response response) => BatchJson.Read<BatchNodeRemoteLoginSettings>(response.Content);
}

namespace Azure.Compute.Batch;

/// <summary>Settings of the proxy agent.</summary>
public class ProxyAgentSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public ProxyAgentSettings()
    {
    }

    /// <summary>Whether it is on.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Settings of the metadata service's endpoint.</summary>
    public HostEndpointSettings Imds { get; set; }

    /// <summary>Settings of the wire server's endpoint.</summary>
    public HostEndpointSettings WireServer { get; set; }
}

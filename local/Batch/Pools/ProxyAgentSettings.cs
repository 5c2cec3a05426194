namespace Azure.Compute.Batch;

/// <summary>Proxy agent settings of the Batch service.</summary>
public class ProxyAgentSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public ProxyAgentSettings()
    {
    }

    /// <summary>The enabled.</summary>
    public bool? Enabled { get; set; }

    /// <summary>The imds.</summary>
    public HostEndpointSettings Imds { get; set; }

    /// <summary>The wire server.</summary>
    public HostEndpointSettings WireServer { get; set; }
}

namespace Azure.Compute.Batch;

/// <summary>Security of a machine.</summary>
public class SecurityProfile
{
    /// <summary>Creates one with nothing set.</summary>
    public SecurityProfile()
    {
    }

    /// <summary>Whether the host encrypts disks and caches.</summary>
    public bool? EncryptionAtHost { get; set; }

    /// <summary>Settings of the proxy agent.</summary>
    public ProxyAgentSettings ProxyAgentSettings { get; set; }

    /// <summary>How the machine is secured.</summary>
    public SecurityTypes? SecurityType { get; set; }

    /// <summary>Settings of the UEFI.</summary>
    public BatchUefiSettings UefiSettings { get; set; }
}

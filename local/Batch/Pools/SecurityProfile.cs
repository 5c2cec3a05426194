namespace Azure.Compute.Batch;

/// <summary>Security profile of the Batch service.</summary>
public class SecurityProfile
{
    /// <summary>Creates one with nothing set.</summary>
    public SecurityProfile()
    {
    }

    /// <summary>The encryption at host.</summary>
    public bool? EncryptionAtHost { get; set; }

    /// <summary>The proxy agent settings.</summary>
    public ProxyAgentSettings ProxyAgentSettings { get; set; }

    /// <summary>The security type.</summary>
    public SecurityTypes? SecurityType { get; set; }

    /// <summary>The uefi settings.</summary>
    public BatchUefiSettings UefiSettings { get; set; }
}

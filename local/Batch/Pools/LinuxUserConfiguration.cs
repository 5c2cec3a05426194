namespace Azure.Compute.Batch;

/// <summary>Linux user configuration of the Batch service.</summary>
public class LinuxUserConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public LinuxUserConfiguration()
    {
    }

    /// <summary>The uid.</summary>
    public int? Uid { get; set; }

    /// <summary>The gid.</summary>
    public int? Gid { get; set; }

    /// <summary>The ssh private key.</summary>
    public string SshPrivateKey { get; set; }
}

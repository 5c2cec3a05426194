namespace Azure.Compute.Batch;

/// <summary>What holds for a user on Linux only.</summary>
public class LinuxUserConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public LinuxUserConfiguration()
    {
    }

    /// <summary>User identifier; chosen by the system if null.</summary>
    public int? Uid { get; set; }

    /// <summary>Group identifier; chosen by the system if null.</summary>
    public int? Gid { get; set; }

    /// <summary>Private key with which the user reaches the pool's other nodes.</summary>
    public string SshPrivateKey { get; set; }
}

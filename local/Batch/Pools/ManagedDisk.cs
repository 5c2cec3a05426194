namespace Azure.Compute.Batch;

/// <summary>A disk as a resource of its own.</summary>
public class ManagedDisk
{
    /// <summary>Creates one with nothing set.</summary>
    public ManagedDisk()
    {
    }

    /// <summary>Set of keys that encrypt the disk.</summary>
    public DiskEncryptionSetParameters DiskEncryptionSet { get; set; }

    /// <summary>Kind of storage behind the disk.</summary>
    public StorageAccountType? StorageAccountType { get; set; }

    /// <summary>Security of the machine or disk.</summary>
    public BatchVmDiskSecurityProfile SecurityProfile { get; set; }
}

namespace Azure.Compute.Batch;

/// <summary>Managed disk of the Batch service.</summary>
public class ManagedDisk
{
    /// <summary>Creates one with nothing set.</summary>
    public ManagedDisk()
    {
    }

    /// <summary>The disk encryption set.</summary>
    public DiskEncryptionSetParameters DiskEncryptionSet { get; set; }

    /// <summary>The storage account type.</summary>
    public StorageAccountType? StorageAccountType { get; set; }

    /// <summary>The security profile.</summary>
    public BatchVmDiskSecurityProfile SecurityProfile { get; set; }
}

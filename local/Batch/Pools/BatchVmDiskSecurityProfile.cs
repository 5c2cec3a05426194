namespace Azure.Compute.Batch;

/// <summary>Security of a disk.</summary>
public class BatchVmDiskSecurityProfile
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchVmDiskSecurityProfile()
    {
    }

    /// <summary>How the disk is encrypted.</summary>
    public SecurityEncryptionTypes? SecurityEncryptionType { get; set; }
}

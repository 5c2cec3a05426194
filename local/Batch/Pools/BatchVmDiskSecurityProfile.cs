namespace Azure.Compute.Batch;

/// <summary>Vm disk security profile of the Batch service.</summary>
public class BatchVmDiskSecurityProfile
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchVmDiskSecurityProfile()
    {
    }

    /// <summary>The security encryption type.</summary>
    public SecurityEncryptionTypes? SecurityEncryptionType { get; set; }
}

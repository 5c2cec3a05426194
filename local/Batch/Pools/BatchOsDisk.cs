namespace Azure.Compute.Batch;

/// <summary>Os disk of the Batch service.</summary>
public class BatchOsDisk
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchOsDisk()
    {
    }

    /// <summary>The ephemeral osdisk settings.</summary>
    public BatchDiffDiskSettings EphemeralOSDiskSettings { get; set; }

    /// <summary>The caching.</summary>
    public CachingType? Caching { get; set; }

    /// <summary>The disk size gb.</summary>
    public int? DiskSizeGB { get; set; }

    /// <summary>The managed disk.</summary>
    public ManagedDisk ManagedDisk { get; set; }

    /// <summary>The write accelerator enabled.</summary>
    public bool? WriteAcceleratorEnabled { get; set; }
}

namespace Azure.Compute.Batch;

/// <summary>Disk of the operating system.</summary>
public class BatchOsDisk
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchOsDisk()
    {
    }

    /// <summary>Makes the operating system's disk ephemeral.</summary>
    public BatchDiffDiskSettings EphemeralOSDiskSettings { get; set; }

    /// <summary>How the host caches the disk.</summary>
    public CachingType? Caching { get; set; }

    /// <summary>Size of the disk, in GB.</summary>
    public int? DiskSizeGB { get; set; }

    /// <summary>The disk as a resource of its own.</summary>
    public ManagedDisk ManagedDisk { get; set; }

    /// <summary>Whether writes are accelerated.</summary>
    public bool? WriteAcceleratorEnabled { get; set; }
}

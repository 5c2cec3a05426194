using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A disk for data.</summary>
public class DataDisk
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="logicalUnitNumber">Number of the disk, unique within the node.</param>
    /// <param name="diskSizeGb">Size of the disk, in GB.</param>
    public DataDisk(int logicalUnitNumber, int diskSizeGb)
    {
        LogicalUnitNumber = logicalUnitNumber;
        DiskSizeGb = diskSizeGb;
    }

    internal DataDisk()
    {
    }

    /// <summary>Number of the disk, unique within the node.</summary>
    [JsonPropertyName("lun")]
    public int LogicalUnitNumber { get; set; }

    /// <summary>How the host caches the disk.</summary>
    public CachingType? Caching { get; set; }

    /// <summary>Size of the disk, in GB.</summary>
    [JsonPropertyName("diskSizeGB")]
    public int DiskSizeGb { get; set; }

    /// <summary>The disk as a resource of its own.</summary>
    public ManagedDisk ManagedDisk { get; set; }

    /// <summary>Kind of storage behind the disk.</summary>
    public StorageAccountType? StorageAccountType { get; set; }
}

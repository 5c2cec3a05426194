using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Data disk of the Batch service.</summary>
public class DataDisk
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="logicalUnitNumber">The logical unit number.</param>
    /// <param name="diskSizeGb">The disk size gb.</param>
    public DataDisk(int logicalUnitNumber, int diskSizeGb)
    {
        LogicalUnitNumber = logicalUnitNumber;
        DiskSizeGb = diskSizeGb;
    }

    internal DataDisk()
    {
    }

    /// <summary>The logical unit number.</summary>
    [JsonPropertyName("lun")]
    public int LogicalUnitNumber { get; set; }

    /// <summary>The caching.</summary>
    public CachingType? Caching { get; set; }

    /// <summary>The disk size gb.</summary>
    [JsonPropertyName("diskSizeGB")]
    public int DiskSizeGb { get; set; }

    /// <summary>The managed disk.</summary>
    public ManagedDisk ManagedDisk { get; set; }

    /// <summary>The storage account type.</summary>
    public StorageAccountType? StorageAccountType { get; set; }
}

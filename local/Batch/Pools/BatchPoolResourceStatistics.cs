using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Pool resource statistics of the Batch service.</summary>
public class BatchPoolResourceStatistics
{
    internal BatchPoolResourceStatistics()
    {
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>The last update time.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>The avg cpu percentage.</summary>
    [JsonPropertyName("avgCPUPercentage")]
    public float AvgCpuPercentage { get; internal set; }

    /// <summary>The avg memory gi b.</summary>
    public float AvgMemoryGiB { get; internal set; }

    /// <summary>The peak memory gi b.</summary>
    public float PeakMemoryGiB { get; internal set; }

    /// <summary>The avg disk gi b.</summary>
    public float AvgDiskGiB { get; internal set; }

    /// <summary>The peak disk gi b.</summary>
    public float PeakDiskGiB { get; internal set; }

    /// <summary>The disk read iops.</summary>
    [JsonPropertyName("diskReadIOps")]
    public long DiskReadIops { get; internal set; }

    /// <summary>The disk write iops.</summary>
    [JsonPropertyName("diskWriteIOps")]
    public long DiskWriteIops { get; internal set; }

    /// <summary>The disk read gi b.</summary>
    public float DiskReadGiB { get; internal set; }

    /// <summary>The disk write gi b.</summary>
    public float DiskWriteGiB { get; internal set; }

    /// <summary>The network read gi b.</summary>
    public float NetworkReadGiB { get; internal set; }

    /// <summary>The network write gi b.</summary>
    public float NetworkWriteGiB { get; internal set; }
}

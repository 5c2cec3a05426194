using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What the nodes of a pool used of their resources.</summary>
public class BatchPoolResourceStatistics
{
    internal BatchPoolResourceStatistics()
    {
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When the statistics were last updated.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>Mean use of CPUs, in percent.</summary>
    [JsonPropertyName("avgCPUPercentage")]
    public float AvgCpuPercentage { get; internal set; }

    /// <summary>Mean use of memory, in GiB.</summary>
    public float AvgMemoryGiB { get; internal set; }

    /// <summary>Highest use of memory, in GiB.</summary>
    public float PeakMemoryGiB { get; internal set; }

    /// <summary>Mean use of disks, in GiB.</summary>
    public float AvgDiskGiB { get; internal set; }

    /// <summary>Highest use of disks, in GiB.</summary>
    public float PeakDiskGiB { get; internal set; }

    /// <summary>Read operations on disks.</summary>
    [JsonPropertyName("diskReadIOps")]
    public long DiskReadIops { get; internal set; }

    /// <summary>Write operations on disks.</summary>
    [JsonPropertyName("diskWriteIOps")]
    public long DiskWriteIops { get; internal set; }

    /// <summary>Data read from disks, in GiB.</summary>
    public float DiskReadGiB { get; internal set; }

    /// <summary>Data written to disks, in GiB.</summary>
    public float DiskWriteGiB { get; internal set; }

    /// <summary>Data received, in GiB.</summary>
    public float NetworkReadGiB { get; internal set; }

    /// <summary>Data sent, in GiB.</summary>
    public float NetworkWriteGiB { get; internal set; }
}

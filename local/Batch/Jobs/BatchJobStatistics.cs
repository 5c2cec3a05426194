using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Job statistics of the Batch service.</summary>
public class BatchJobStatistics
{
    internal BatchJobStatistics()
    {
    }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    public Uri Uri { get; internal set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>The last update time.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>The user cpu time.</summary>
    [JsonPropertyName("userCPUTime")]
    public TimeSpan UserCpuTime { get; internal set; }

    /// <summary>The kernel cpu time.</summary>
    [JsonPropertyName("kernelCPUTime")]
    public TimeSpan KernelCpuTime { get; internal set; }

    /// <summary>The wall clock time.</summary>
    public TimeSpan WallClockTime { get; internal set; }

    /// <summary>The read iops.</summary>
    [JsonPropertyName("readIOps")]
    public long ReadIops { get; internal set; }

    /// <summary>The write iops.</summary>
    [JsonPropertyName("writeIOps")]
    public long WriteIops { get; internal set; }

    /// <summary>The read io gi b.</summary>
    [JsonPropertyName("readIOGiB")]
    public float ReadIoGiB { get; internal set; }

    /// <summary>The write io gi b.</summary>
    [JsonPropertyName("writeIOGiB")]
    public float WriteIoGiB { get; internal set; }

    /// <summary>The succeeded tasks count.</summary>
    [JsonPropertyName("numSucceededTasks")]
    public long SucceededTasksCount { get; internal set; }

    /// <summary>The failed tasks count.</summary>
    [JsonPropertyName("numFailedTasks")]
    public long FailedTasksCount { get; internal set; }

    /// <summary>The task retries count.</summary>
    [JsonPropertyName("numTaskRetries")]
    public long TaskRetriesCount { get; internal set; }

    /// <summary>The wait time.</summary>
    public TimeSpan WaitTime { get; internal set; }
}

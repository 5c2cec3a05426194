using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What a job has used.</summary>
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

    /// <summary>When the statistics were last updated.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>CPU time in user mode.</summary>
    [JsonPropertyName("userCPUTime")]
    public TimeSpan UserCpuTime { get; internal set; }

    /// <summary>CPU time in kernel mode.</summary>
    [JsonPropertyName("kernelCPUTime")]
    public TimeSpan KernelCpuTime { get; internal set; }

    /// <summary>Elapsed time of the tasks, added up, retries included.</summary>
    public TimeSpan WallClockTime { get; internal set; }

    /// <summary>Read operations on disks.</summary>
    [JsonPropertyName("readIOps")]
    public long ReadIops { get; internal set; }

    /// <summary>Write operations on disks.</summary>
    [JsonPropertyName("writeIOps")]
    public long WriteIops { get; internal set; }

    /// <summary>Data read from disks, in GiB.</summary>
    [JsonPropertyName("readIOGiB")]
    public float ReadIoGiB { get; internal set; }

    /// <summary>Data written to disks, in GiB.</summary>
    [JsonPropertyName("writeIOGiB")]
    public float WriteIoGiB { get; internal set; }

    /// <summary>Tasks that ended with exit code 0.</summary>
    [JsonPropertyName("numSucceededTasks")]
    public long SucceededTasksCount { get; internal set; }

    /// <summary>Tasks that failed.</summary>
    [JsonPropertyName("numFailedTasks")]
    public long FailedTasksCount { get; internal set; }

    /// <summary>Retries of tasks.</summary>
    [JsonPropertyName("numTaskRetries")]
    public long TaskRetriesCount { get; internal set; }

    /// <summary>Time the tasks spent waiting, added up.</summary>
    public TimeSpan WaitTime { get; internal set; }
}

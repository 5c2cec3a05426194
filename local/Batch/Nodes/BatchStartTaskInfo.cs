namespace Azure.Compute.Batch;

/// <summary>How a start task went.</summary>
public class BatchStartTaskInfo
{
    internal BatchStartTaskInfo()
    {
    }

    /// <summary>Current state.</summary>
    public BatchStartTaskState State { get; internal set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; internal set; }

    /// <summary>Exit code of the process; null while it has none.</summary>
    public int? ExitCode { get; internal set; }

    /// <summary>Container it ran in.</summary>
    public BatchTaskContainerExecutionInfo ContainerInfo { get; internal set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public BatchTaskFailureInfo FailureInfo { get; internal set; }

    /// <summary>How many times it was retried after a failure of its own.</summary>
    public int RetryCount { get; internal set; }

    /// <summary>When it was last retried.</summary>
    public DateTimeOffset? LastRetryTime { get; internal set; }

    /// <summary>Success or failure; null until it is completed.</summary>
    public BatchTaskExecutionResult? Result { get; internal set; }
}

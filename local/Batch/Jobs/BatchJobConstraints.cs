namespace Azure.Compute.Batch;

/// <summary>Limits of a job.</summary>
public class BatchJobConstraints
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchJobConstraints()
    {
    }

    /// <summary>Longest time it may take; null for no limit.</summary>
    public TimeSpan? MaxWallClockTime { get; set; }

    /// <summary>How many times a task is retried after a non-zero exit code: 0 for never, -1 for no limit. Recovery after the loss of a node does not count.</summary>
    public int? MaxTaskRetryCount { get; set; }
}

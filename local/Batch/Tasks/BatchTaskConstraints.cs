namespace Azure.Compute.Batch;

/// <summary>Limits of a task.</summary>
public class BatchTaskConstraints
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchTaskConstraints()
    {
    }

    /// <summary>Longest time it may take; null for no limit.</summary>
    public TimeSpan? MaxWallClockTime { get; set; }

    /// <summary>How long its files stay on the node; 7 days by default.</summary>
    public TimeSpan? RetentionTime { get; set; }

    /// <summary>How many times a task is retried after a non-zero exit code: 0 for never, -1 for no limit. Recovery after the loss of a node does not count.</summary>
    public int? MaxTaskRetryCount { get; set; }
}

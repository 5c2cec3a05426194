namespace Azure.Compute.Batch;

/// <summary>Latest and next job of a schedule.</summary>
public class BatchJobScheduleExecutionInfo
{
    internal BatchJobScheduleExecutionInfo()
    {
    }

    /// <summary>When the next job is due.</summary>
    public DateTimeOffset? NextRunTime { get; internal set; }

    /// <summary>The latest job.</summary>
    public RecentBatchJob RecentJob { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; internal set; }
}

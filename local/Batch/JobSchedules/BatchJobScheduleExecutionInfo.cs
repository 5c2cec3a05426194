namespace Azure.Compute.Batch;

/// <summary>Job schedule execution info of the Batch service.</summary>
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

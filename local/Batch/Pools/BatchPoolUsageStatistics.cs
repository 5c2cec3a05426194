namespace Azure.Compute.Batch;

/// <summary>Pool usage statistics of the Batch service.</summary>
public class BatchPoolUsageStatistics
{
    internal BatchPoolUsageStatistics()
    {
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>The last update time.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>The dedicated core time.</summary>
    public TimeSpan DedicatedCoreTime { get; internal set; }
}

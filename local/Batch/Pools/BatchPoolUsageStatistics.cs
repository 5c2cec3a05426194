namespace Azure.Compute.Batch;

/// <summary>How long the nodes of a pool were used.</summary>
public class BatchPoolUsageStatistics
{
    internal BatchPoolUsageStatistics()
    {
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When the statistics were last updated.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>Core time of dedicated nodes.</summary>
    public TimeSpan DedicatedCoreTime { get; internal set; }
}

namespace Azure.Compute.Batch;

/// <summary>When a schedule creates jobs.</summary>
public class BatchJobScheduleConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchJobScheduleConfiguration()
    {
    }

    /// <summary>Earliest time of a job.</summary>
    public DateTimeOffset? DoNotRunUntil { get; set; }

    /// <summary>Latest time of a job.</summary>
    public DateTimeOffset? DoNotRunAfter { get; set; }

    /// <summary>How long after its time a job may still be created.</summary>
    public TimeSpan? StartWindow { get; set; }

    /// <summary>Time between two jobs.</summary>
    public TimeSpan? RecurrenceInterval { get; set; }
}

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A schedule's status.</summary>
public class ScheduleStatus
{
    /// <summary>When the schedule last occurred.</summary>
    public DateTime Last { get; set; }

    /// <summary>When it is due next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When the status was last written.</summary>
    public DateTime LastUpdated { get; set; }
}

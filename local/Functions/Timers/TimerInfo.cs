namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer function is told about its run.</summary>
public class TimerInfo
{
    /// <summary>The schedule's status; null where it is not kept.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether the run comes later than its time.</summary>
    public bool IsPastDue { get; set; }
}

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function on a schedule.</summary>
[BindingCapabilities(KnownBindingCapabilities.FunctionLevelRetry)]
public sealed class TimerTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="schedule">A cron expression of five or six fields (UTC), a time span, or <c>%setting%</c>.</param>
    public TimerTriggerAttribute(string schedule)
    {
        Schedule = schedule;
    }

    /// <summary>The schedule.</summary>
    public string Schedule { get; }

    /// <summary>Whether the schedule's status is kept, so that an occurrence missed while the host was down is made up for.
    /// Not kept for schedules that recur within a minute.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Whether the function also runs whenever the host starts.</summary>
    public bool RunOnStartup { get; set; }
}

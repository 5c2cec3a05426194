using System.Globalization;
using System.Text.Json.Serialization;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.JobSchedules;

/// <summary>Makes jobs, once or again and again.</summary>
internal sealed class JobSchedule : Resource
{
    public const string ResourceKind = "jobschedule";

    public StateHistory State { get; set; } = new();

    /// <summary>When the next job is to be made.</summary>
    public DateTimeOffset? NextRunTime { get; set; }

    /// <summary>When a job was to be made that waits for the one before it.</summary>
    public DateTimeOffset? DueSince { get; set; }

    public string? RecentJobId { get; set; }

    public int JobCount { get; set; }

    public DateTimeOffset? EndTime { get; set; }

    /// <summary>The auto pool that all its jobs share.</summary>
    public string? AutoPoolId { get; set; }

    /// <summary>Counts plans, so that an outdated one can be told.</summary>
    [JsonIgnore]
    public long Plans { get; set; }

    [JsonIgnore]
    public override string Kind => ResourceKind;

    [JsonIgnore]
    public TimeSpan? RecurrenceInterval => Definition.Object("schedule")?.Duration("recurrenceInterval");

    [JsonIgnore]
    public TimeSpan? StartWindow => Definition.Object("schedule")?.Duration("startWindow");

    [JsonIgnore]
    public DateTimeOffset? DoNotRunUntil => Time("doNotRunUntil");

    [JsonIgnore]
    public DateTimeOffset? DoNotRunAfter => Time("doNotRunAfter");

    [JsonIgnore]
    public bool Ended => State.Current is JobScheduleState.Completed or JobScheduleState.Terminating or JobScheduleState.Deleting;

    private DateTimeOffset? Time(string name) =>
        Definition.Object("schedule")?.Text(name) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
}

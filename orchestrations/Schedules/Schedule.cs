using System.Text.Json;
using System.Text.Json.Serialization;
using Cronos;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Schedules;

/// <summary>What happens where the execution before has not ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleOverlap>))]
public enum ScheduleOverlap
{
    /// <summary>The next is left out.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,

    /// <summary>Both go on side by side.</summary>
    [JsonStringEnumMemberName("allow")]
    Allow,

    /// <summary>The one before is asked to end, and the next begins at once.</summary>
    [JsonStringEnumMemberName("replace")]
    Replace,
}

/// <summary>What becomes of times that passed while nothing ran.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleCatchUp>))]
public enum ScheduleCatchUp
{
    /// <summary>The last of them is made up for.</summary>
    [JsonStringEnumMemberName("last")]
    Last,

    /// <summary>None is.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>All are, at most <see cref="Schedule.MostMadeUp"/> of them.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>What is started when: a workflow or a pipeline, at times of a cron expression or once.</summary>
/// <param name="Workflow">The workflow; null where a pipeline is started.</param>
/// <param name="Version">Its version or alias, settled at each start; null for the newest.</param>
/// <param name="Input">Its input; null for <c>{}</c>.</param>
/// <param name="Pipeline">The pipeline; null where a workflow is started.</param>
/// <param name="Cron">Five fields, or six with seconds first; null where <paramref name="At"/> says when.</param>
/// <param name="TimeZone">By which clock the expression goes, such as <c>Europe/Berlin</c>; null for UTC.</param>
/// <param name="At">The one time; null where <paramref name="Cron"/> says when.</param>
/// <param name="Start">Before which nothing is started; null for no such time.</param>
/// <param name="End">After which nothing is started; null for no such time.</param>
/// <param name="Overlap">What happens where the one before has not ended.</param>
/// <param name="CatchUp">What becomes of times that passed while nothing ran.</param>
/// <param name="Enabled">Whether it starts anything at all.</param>
public sealed record Schedule(
    string? Workflow = null,
    string? Version = null,
    JsonElement? Input = null,
    JsonElement? Pipeline = null,
    string? Cron = null,
    string? TimeZone = null,
    DateTimeOffset? At = null,
    DateTimeOffset? Start = null,
    DateTimeOffset? End = null,
    ScheduleOverlap Overlap = ScheduleOverlap.Skip,
    ScheduleCatchUp CatchUp = ScheduleCatchUp.Last,
    bool Enabled = true)
{
    /// <summary>Times that passed unused which are made up for at once.</summary>
    public const int MostMadeUp = 100;

    /// <summary>The longest name: ids of what is started are made of it.</summary>
    public const int LongestName = 30;

    /// <summary>Everything that is wrong with it but what it starts; empty when all is well.</summary>
    public IReadOnlyList<(string Path, string Reason)> Check()
    {
        var errors = new List<(string, string)>();
        if (Workflow is null == Pipeline is null)
        {
            errors.Add(("$", "must have either a workflow or a pipeline"));
        }

        if (Pipeline is not null && (Version is not null || Input is not null))
        {
            errors.Add(("$", "has a version or an input, which a pipeline does not take"));
        }

        if (Cron is null == At is null)
        {
            errors.Add(("$", "must have either cron or at"));
        }

        if (Cron is not null && Expression() is null)
        {
            errors.Add(("$.cron", "must have five fields (minute, hour, day, month, day of the week), or six with seconds first, such as '0 3 * * MON-FRI'"));
        }

        if (TimeZone is not null && Zone() is null)
        {
            errors.Add(("$.timeZone", "must be a time zone such as Europe/Berlin"));
        }

        if (Start >= End)
        {
            errors.Add(("$.end", "must be later than start"));
        }

        return errors;
    }

    /// <summary>The first time behind another; null where there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        after = Start is { } start && start > after ? start - TimeSpan.FromTicks(1) : after;
        var next = At is { } once ? (once > after ? once : null) : Expression()?.GetNextOccurrence(after, Zone() ?? TimeZoneInfo.Utc);
        return next <= End || (next is not null && End is null) ? next.Value.ToUniversalTime() : null;
    }

    /// <summary>The times behind one up to another, the newest of them where there are more than <see cref="MostMadeUp"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Due(DateTimeOffset after, DateTimeOffset upTo)
    {
        var due = new Queue<DateTimeOffset>();
        for (var next = Next(after); next <= upTo; next = Next(next.Value))
        {
            due.Enqueue(next.Value);
            if (due.Count > MostMadeUp)
            {
                due.Dequeue();
            }
        }

        return [.. due];
    }

    /// <summary>Whether a text may be a schedule's name.</summary>
    public static bool IsName(string? text) => RunIds.IsValid(text) && text!.Length <= LongestName;

    private CronExpression? Expression()
    {
        var format = Cron!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard;
        return CronExpression.TryParse(Cron, format, out var expression) ? expression : null;
    }

    private TimeZoneInfo? Zone() => TimeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : null;
}

/// <summary>A schedule as it is kept, with what it has done.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schedule">What it says.</param>
/// <param name="Considered">Up to which time all has been started or left out.</param>
/// <param name="Next">When it starts the next; null for never.</param>
/// <param name="LastId">The execution or run that it started last.</param>
/// <param name="LastAt">The time for which that was.</param>
/// <param name="Problem">Why the last could not be started; null where it was.</param>
/// <param name="Skipped">Times that were left out because the one before had not ended, or because nothing ran.</param>
public sealed record ScheduleDocument(
    string Name, Schedule Schedule, DateTimeOffset Considered, DateTimeOffset? Next = null, string? LastId = null, DateTimeOffset? LastAt = null, string? Problem = null, long Skipped = 0);

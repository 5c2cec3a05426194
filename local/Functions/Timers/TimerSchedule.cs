using System.Globalization;
using NCrontab;

namespace DurableMl.Local.Functions.Timers;

/// <summary>When a timer is due, in UTC: by a cron expression of five or six fields, or always the same time after the last.</summary>
internal sealed class TimerSchedule
{
    private readonly CrontabSchedule? cron;
    private readonly TimeSpan interval;

    public TimerSchedule(string text)
    {
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out interval))
        {
            if (interval <= TimeSpan.Zero)
            {
                throw new FormatException($"'{text}' is not a schedule: a time span must be above zero.");
            }

            return;
        }

        string[] fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        cron =
            CrontabSchedule.TryParse(string.Join(' ', fields), new CrontabSchedule.ParseOptions { IncludingSeconds = fields.Length == 6 })
            ?? throw new FormatException($"'{text}' is not a schedule: give a cron expression of five or six fields, or a time span.");
    }

    public DateTime Next(DateTime after) => cron?.GetNextOccurrence(after) ?? after + interval;

    /// <summary>Whether it can recur within a minute; such a schedule is not worth keeping a status of.</summary>
    public bool RecursWithinAMinute(DateTime from)
    {
        DateTime previous = Next(from);
        for (int i = 0; i < 5; i++)
        {
            DateTime next = Next(previous);
            if (next - previous < TimeSpan.FromMinutes(1))
            {
                return true;
            }

            previous = next;
        }

        return false;
    }
}

using System.Globalization;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Progress;

/// <summary>Durations for people.</summary>
internal static class Duration
{
    /// <summary>For example <c>4.2 s</c> or <c>2 min 05 s</c>.</summary>
    public static string Text(TimeSpan duration) => duration.TotalSeconds < 100
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes} min {duration.Seconds:00} s");

    /// <summary>How long a phase took, or has taken until <paramref name="now"/>; empty if it has not begun.</summary>
    public static string Text(RunPhase phase, DateTimeOffset now) =>
        phase.StartedAt is { } started ? Text(Max(TimeSpan.Zero, (phase.EndedAt ?? now) - started)) : "";

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}

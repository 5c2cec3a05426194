using System.Globalization;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>What a <see cref="RetryAttribute"/> asks for.</summary>
/// <param name="MaxRetryCount">How many retries at most; -1 is without end.</param>
/// <param name="Shortest">The first delay.</param>
/// <param name="Longest">The longest delay; delays double up to it.</param>
internal sealed record RetrySchedule(int MaxRetryCount, TimeSpan Shortest, TimeSpan Longest)
{
    public static RetrySchedule? From(DiscoveredFunction function) =>
        function.Retry switch
        {
            null => null,
            FixedDelayRetryAttribute a => new RetrySchedule(
                a.MaxRetryCount,
                Parse(function, a.DelayInterval),
                Parse(function, a.DelayInterval)
            ),
            ExponentialBackoffRetryAttribute a => new RetrySchedule(
                a.MaxRetryCount,
                Parse(function, a.MinimumInterval),
                Parse(function, a.MaximumInterval)
            ),
            _ => throw new NotSupportedException($"The local Functions host does not know {function.Retry.GetType()} ('{function.Name}')."),
        };

    /// <summary>The delay before a retry, counted from 1.</summary>
    public TimeSpan Delay(int retry) =>
        TimeSpan.FromTicks((long)Math.Min(Shortest.Ticks * Math.Pow(2, Math.Min(retry - 1, 60)), Longest.Ticks));

    public bool Allows(int retry) => MaxRetryCount < 0 || retry <= MaxRetryCount;

    private static TimeSpan Parse(DiscoveredFunction function, string text) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value) && value >= TimeSpan.Zero
            ? value
            : throw new InvalidOperationException($"The retry attribute of '{function.Name}' says '{text}': give hh:mm:ss.");
}

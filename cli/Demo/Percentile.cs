namespace DurableMl.Cli.Demo;

/// <summary>Percentiles by nearest rank: the smallest value that at least p % of all values do not exceed.</summary>
internal static class Percentile
{
    /// <summary>Finds a percentile.</summary>
    /// <param name="sorted">The values, ascending; at least one.</param>
    /// <param name="percent">Above 0, up to 100.</param>
    public static T Of<T>(IReadOnlyList<T> sorted, double percent)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Count, nameof(sorted));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(percent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        return sorted[(int)Math.Ceiling(percent / 100 * sorted.Count) - 1];
    }
}

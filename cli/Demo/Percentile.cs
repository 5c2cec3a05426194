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

        // In binary floating point, 28 % of 25 is a little more than 7.
        return sorted[(int)Math.Ceiling((decimal)percent * sorted.Count / 100) - 1];
    }
}

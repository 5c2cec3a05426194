namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>The samples of one metric of one pool, one every 30 seconds, the last day's.</summary>
internal sealed class MetricHistory
{
    private const int Most = 2880;

    private readonly Queue<(DateTimeOffset Time, double Value)> samples = new();

    /// <summary>The time between samples.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromSeconds(30);

    /// <summary>How many there are.</summary>
    public int Count => samples.Count;

    /// <summary>The time of the oldest; null without any.</summary>
    public DateTimeOffset? Begin => samples.TryPeek(out var oldest) ? oldest.Time : null;

    /// <summary>Adds one.</summary>
    public void Add(DateTimeOffset time, double value)
    {
        samples.Enqueue((time, value));
        if (samples.Count > Most)
        {
            samples.Dequeue();
        }
    }

    /// <summary>The newest, at most so many, oldest first.</summary>
    public IReadOnlyList<double> Last(int count) => [.. samples.Skip(samples.Count - count).Select(s => s.Value)];

    /// <summary>Those later than the start and not later than the end, oldest first.</summary>
    public IReadOnlyList<double> Between(DateTimeOffset start, DateTimeOffset end) =>
        [.. samples.Where(s => s.Time > start && s.Time <= end).Select(s => s.Value)];

    /// <summary>Of the samples possible in the time, how many per cent there are.</summary>
    public double Percent(DateTimeOffset start, DateTimeOffset end)
    {
        var possible = Math.Floor((end - start) / Period);
        return possible < 1 ? 100 : Math.Min(100, 100 * Between(start, end).Count / possible);
    }
}

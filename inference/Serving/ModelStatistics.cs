namespace DurableMl.Inference.Serving;

/// <summary>What a version has done since it was loaded, as Triton's statistics extension counts it. Safe for concurrent use.</summary>
internal sealed class ModelStatistics(string model, string version)
{
    private long rows;
    private long lastInference;

    public string Model => model;

    public string Version => version;

    /// <summary>Requests that were answered, with the time from their arrival on.</summary>
    public DurationCount Success { get; } = new();

    /// <summary>Requests that failed.</summary>
    public DurationCount Fail { get; } = new();

    /// <summary>Requests that came to a run, with the time that they waited for it.</summary>
    public DurationCount Queue { get; } = new();

    /// <summary>Runs of the model, which several requests may share.</summary>
    public DurationCount ComputeInfer { get; } = new();

    /// <summary>Rows that were answered.</summary>
    public long InferenceCount => Interlocked.Read(ref rows);

    /// <summary>When the latest request was answered, in milliseconds since 1970; 0 before the first.</summary>
    public long LastInference => Interlocked.Read(ref lastInference);

    /// <summary>Counts the rows of an answer.</summary>
    public void Inferred(int count, DateTimeOffset now)
    {
        Interlocked.Add(ref rows, count);
        Interlocked.Exchange(ref lastInference, now.ToUnixTimeMilliseconds());
    }
}

/// <summary>How often something was done, and how long it took altogether.</summary>
internal sealed class DurationCount
{
    private long count;
    private long ticks;

    public long Count => Interlocked.Read(ref count);

    public long Nanoseconds => Interlocked.Read(ref ticks) * TimeSpan.NanosecondsPerTick;

    public void Add(TimeSpan elapsed)
    {
        Interlocked.Increment(ref count);
        Interlocked.Add(ref ticks, elapsed.Ticks);
    }
}

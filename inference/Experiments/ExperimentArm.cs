namespace DurableMl.Inference.Experiments;

/// <summary>What one route and version have done.</summary>
public sealed record ExperimentArm(string Route, string? Version = null)
{
    /// <summary>Requests answered, failures included.</summary>
    public long Requests { get; set; }

    /// <summary>Requests that failed through the model or the server.</summary>
    public long Errors { get; set; }

    /// <summary>Shadow only: answers compared with the ones given.</summary>
    public long Compared { get; set; }

    /// <summary>Shadow only: answers with the same classes, or within the tolerance where there are no classes.</summary>
    public long Agreed { get; set; }

    /// <summary>Shadow only: copies left out because the shadow was behind.</summary>
    public long Dropped { get; set; }

    /// <summary>Shadow only: the largest absolute difference seen in a floating-point output.</summary>
    public double MaxDifference { get; set; }

    /// <summary>Examples whose true class came later.</summary>
    public long Labelled { get; set; }

    /// <summary>Of those, the ones it had right.</summary>
    public long Correct { get; set; }

    /// <summary>Time to answer.</summary>
    public LatencyHistogram Latency { get; init; } = new();

    internal void Add(ExperimentArm other)
    {
        Requests += other.Requests;
        Errors += other.Errors;
        Compared += other.Compared;
        Agreed += other.Agreed;
        Dropped += other.Dropped;
        MaxDifference = Math.Max(MaxDifference, other.MaxDifference);
        Labelled += other.Labelled;
        Correct += other.Correct;
        Latency.Add(other.Latency);
    }
}

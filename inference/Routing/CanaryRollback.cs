namespace DurableMl.Inference.Routing;

/// <summary>When a canary is taken back.</summary>
public sealed record CanaryRollback
{
    /// <summary>Canary requests to see before judging, at least 1.</summary>
    public int MinRequests { get; init; } = 50;

    /// <summary>Of how many of the latest canary requests the error rate and latency are taken, 1 to 10,000.</summary>
    public int Window { get; init; } = 500;

    /// <summary>The share of requests that may fail, 0 to 1: those answered 500 and above, and those refused that the stable version answers.</summary>
    public double MaxErrorRate { get; init; } = 0.05;

    /// <summary>The 95th percentile of latency may be this many milliseconds; null for no such bound.</summary>
    public double? MaxLatencyMilliseconds { get; init; }
}

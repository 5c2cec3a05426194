namespace DurableMl.Inference.Routing;

/// <summary>A new version gets a few percent of the requests, and none as soon as it errs or is slow; then <see cref="RolledBack"/> says why.</summary>
/// <param name="Canary">The new version.</param>
/// <param name="Percent">Its share: 0 to 100, in steps of 0.01.</param>
public sealed record CanaryRoute(ModelTarget Canary, double Percent) : Route
{
    /// <summary>The version that has the rest.</summary>
    public ModelTarget Stable { get; init; } = new();

    /// <summary>What makes the choice stick to a caller.</summary>
    public TrafficKey? Key { get; init; }

    /// <summary>When to take the canary back.</summary>
    public CanaryRollback Rollback { get; init; } = new();

    /// <summary>Why the canary was taken back; null while it is on trial. Clear it to try again.</summary>
    public string? RolledBack { get; init; }

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => [(".canary", Canary), (".stable", Stable)];

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() => [(".canary", Canary, Stable)];

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (!(Percent is >= 0 and <= 100))
        {
            yield return (".percent", "must be 0 to 100.");
        }

        if (Rollback.MinRequests < 1 || Rollback.Window is < 1 or > 10_000 || Rollback.MinRequests > Rollback.Window)
        {
            yield return (".rollback", "needs 1 <= minRequests <= window <= 10000.");
        }

        if (!(Rollback.MaxErrorRate is >= 0 and <= 1))
        {
            yield return (".rollback.maxErrorRate", "must be 0 to 1.");
        }

        if (Rollback.MaxLatencyMilliseconds is { } latency && !(latency > 0))
        {
            yield return (".rollback.maxLatencyMilliseconds", "must be above 0.");
        }
    }
}

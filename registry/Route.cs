using System.Text.Json.Serialization;

namespace DurableMl.Registry;

/// <summary>How a request gets its answer.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(VersionRoute), "version")]
[JsonDerivedType(typeof(SplitRoute), "split")]
[JsonDerivedType(typeof(CanaryRoute), "canary")]
[JsonDerivedType(typeof(EnsembleRoute), "ensemble")]
[JsonDerivedType(typeof(CascadeRoute), "cascade")]
[JsonDerivedType(typeof(ChainRoute), "chain")]
public abstract record Route
{
    internal abstract IEnumerable<RouteTarget> Targets { get; }

    internal virtual IEnumerable<Requirement> Requirements => [];
}

/// <summary>Where a route leads.</summary>
/// <param name="Path">The JSON path below the route.</param>
/// <param name="Target">The version.</param>
/// <param name="Like">A version that must take and give the same, because a caller does not choose between the two; null for none.</param>
internal readonly record struct RouteTarget(string Path, ModelTarget Target, ModelTarget? Like = null);

/// <summary>What rules must fulfil to be usable.</summary>
/// <param name="Holds">Whether they do.</param>
/// <param name="Path">The JSON path below the route.</param>
/// <param name="Reason">What is wrong otherwise.</param>
internal readonly record struct Requirement(bool Holds, string Path, string Reason);

/// <summary>One version answers.</summary>
/// <param name="Target">Which.</param>
public sealed record VersionRoute(ModelTarget Target) : Route
{
    internal override IEnumerable<RouteTarget> Targets => [new(".target", Target)];
}

/// <summary>
/// An A/B test: requests are divided among arms by weight. With a key the same key always gets the same arm; without one (or where a
/// request lacks it) requests are dealt so that any run of as many requests as the weights add up to is divided exactly.
/// </summary>
/// <param name="Arms">At least two arms, with at most 10,000 in weights.</param>
/// <param name="Key">What makes the choice stick.</param>
public sealed record SplitRoute(IReadOnlyList<SplitArm> Arms, TrafficKey? Key = null) : Route
{
    internal const int MaxWeight = 10_000;

    internal override IEnumerable<RouteTarget> Targets => Arms.Select((arm, i) => new RouteTarget($".arms[{i}].target", arm.Target, i == 0 ? null : Arms[0].Target));

    internal override IEnumerable<Requirement> Requirements =>
    [
        new(Arms.Count is >= 2 and <= 64, ".arms", "needs 2 to 64 arms."),
        .. Arms.Select((arm, i) => new Requirement(arm.Weight is >= 0 and <= MaxWeight, $".arms[{i}].weight", $"must be 0 to {MaxWeight}.")),
        new(Arms.Sum(arm => (long)arm.Weight) is >= 1 and <= MaxWeight, ".arms", $"the weights must add up to 1 to {MaxWeight}."),
    ];
}

/// <summary>One arm of a split.</summary>
/// <param name="Target">The version that answers.</param>
/// <param name="Weight">Its share, relative to the other arms': 0 to 10,000.</param>
public sealed record SplitArm(ModelTarget Target, int Weight);

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

    internal override IEnumerable<RouteTarget> Targets => [new(".canary", Canary, Stable), new(".stable", Stable)];

    internal override IEnumerable<Requirement> Requirements =>
    [
        new(Percent is >= 0 and <= 100, ".percent", "must be 0 to 100."),
        new(Rollback is { MinRequests: >= 1, Window: <= 10_000 } && Rollback.MinRequests <= Rollback.Window, ".rollback", "needs 1 <= minRequests <= window <= 10000."),
        new(Rollback.MaxErrorRate is >= 0 and <= 1, ".rollback.maxErrorRate", "must be 0 to 1."),
        new(Rollback.MaxLatencyMilliseconds is null or > 0, ".rollback.maxLatencyMilliseconds", "must be above 0."),
    ];
}

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

/// <summary>Several versions answer at the same time, and their outputs become one.</summary>
/// <param name="Members">2 to 16 versions with equal inputs and outputs.</param>
/// <param name="Combine">How.</param>
public sealed record EnsembleRoute(IReadOnlyList<ModelTarget> Members, EnsembleRule Combine) : Route
{
    /// <summary>The output with the scores that <see cref="EnsembleRule.Vote"/> looks at; null for the first.</summary>
    public string? Scores { get; init; }

    internal override IEnumerable<RouteTarget> Targets => Members.Select((member, i) => new RouteTarget($".members[{i}]", member, i == 0 ? null : Members[0]));

    internal override IEnumerable<Requirement> Requirements => [new(Members.Count is >= 2 and <= 16, ".members", "needs 2 to 16 members.")];
}

/// <summary>How an ensemble's outputs become one.</summary>
public enum EnsembleRule
{
    /// <summary>The mean of every floating-point output.</summary>
    Mean,

    /// <summary>Per row, the share of members whose highest score is the class.</summary>
    Vote,
}

/// <summary>A small model answers; the rows it is not sure of go to a large one.</summary>
/// <param name="First">The small model.</param>
/// <param name="Then">The large model, with the same inputs and outputs.</param>
/// <param name="Confidence">Rows whose highest probability is below this go on: above 0, at most 1.</param>
public sealed record CascadeRoute(ModelTarget First, ModelTarget Then, double Confidence) : Route
{
    /// <summary>The output with the scores; null for the first. Scores that are no probabilities go through softmax.</summary>
    public string? Scores { get; init; }

    internal override IEnumerable<RouteTarget> Targets => [new(".first", First), new(".then", Then, First)];

    internal override IEnumerable<Requirement> Requirements => [new(Confidence is > 0 and <= 1, ".confidence", "must be above 0 and at most 1.")];
}

/// <summary>Models in a row, each fed by those before it: a preprocessor and a network, or a network cut in layers.</summary>
/// <param name="Steps">2 to 16 steps; the last one's outputs are the answer.</param>
public sealed record ChainRoute(IReadOnlyList<ChainStep> Steps) : Route
{
    internal override IEnumerable<RouteTarget> Targets => Steps.Select((step, i) => new RouteTarget($".steps[{i}].target", step.Target));

    internal override IEnumerable<Requirement> Requirements => [new(Steps.Count is >= 2 and <= 16, ".steps", "needs 2 to 16 steps.")];
}

/// <summary>One model of a chain.</summary>
/// <param name="Target">The model.</param>
/// <param name="Inputs">Which earlier tensor each of its inputs gets: an output of an earlier step or an input of the request. Inputs not named get the tensor of their own name; a model's only input gets the previous step's only output.</param>
public sealed record ChainStep(ModelTarget Target, IReadOnlyDictionary<string, string>? Inputs = null);

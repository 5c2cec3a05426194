using System.Text.Json.Serialization;

namespace DurableMl.Inference.Routing;

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
    internal abstract IEnumerable<(string Path, ModelTarget? Target)> Targets();

    /// <summary>Targets that must take and give what another of the route does, because a caller does not choose between them; with paths below the route.</summary>
    internal virtual IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() => [];

    /// <summary>What is wrong with it, as path below the route and reason.</summary>
    internal virtual IEnumerable<(string Path, string Reason)> Problems() => [];
}

/// <summary>One version answers.</summary>
/// <param name="Target">Which.</param>
public sealed record VersionRoute(ModelTarget Target) : Route
{
    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => [(".target", Target)];
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

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => Arms.Select((arm, i) => ($".arms[{i}].target", (ModelTarget?)arm?.Target));

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() =>
        Arms.Skip(1).Select((arm, i) => ($".arms[{i + 1}].target", arm.Target, Arms[0].Target));

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Arms.Count is < 2 or > 64)
        {
            yield return (".arms", "needs 2 to 64 arms.");
        }

        long total = 0;
        for (int i = 0; i < Arms.Count; i++)
        {
            int weight = Arms[i]?.Weight ?? -1;
            total += weight;
            if (weight is < 0 or > MaxWeight)
            {
                yield return ($".arms[{i}].weight", $"must be 0 to {MaxWeight}.");
            }
        }

        if (total is < 1 or > MaxWeight)
        {
            yield return (".arms", $"the weights must add up to 1 to {MaxWeight}.");
        }
    }
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
/// <param name="Combine">
/// <c>mean</c>: the mean of every floating-point output; <c>vote</c>: per row, the share of members whose highest score is the class;
/// <c>best</c>: per row, the outputs of the member that is surest; <c>first</c>: whoever answers first; or the name of a registered <see cref="IEnsembleStrategy"/>.
/// </param>
public sealed record EnsembleRoute(IReadOnlyList<ModelTarget> Members, string Combine) : Route
{
    /// <summary>The output with the scores that <c>vote</c> and <c>best</c> look at; null for the first.</summary>
    public string? Scores { get; init; }

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => Members.Select((member, i) => ($".members[{i}]", (ModelTarget?)member));

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() =>
        Members.Skip(1).Select((member, i) => ($".members[{i + 1}]", member, Members[0]));

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Members.Count is < 2 or > 16)
        {
            yield return (".members", "needs 2 to 16 members.");
        }

        if (string.IsNullOrEmpty(Combine))
        {
            yield return (".combine", "must be mean, vote, best, first or a registered strategy.");
        }
    }
}

/// <summary>A small model answers; the rows it is not sure of go to a large one.</summary>
/// <param name="First">The small model.</param>
/// <param name="Then">The large model, with the same inputs and outputs.</param>
/// <param name="Confidence">Rows whose highest probability is below this go on: above 0, at most 1.</param>
public sealed record CascadeRoute(ModelTarget First, ModelTarget Then, double Confidence) : Route
{
    /// <summary>The output with the scores; null for the first. Scores that are no probabilities go through softmax.</summary>
    public string? Scores { get; init; }

    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => [(".first", First), (".then", Then)];

    internal override IEnumerable<(string Path, ModelTarget Target, ModelTarget Reference)> Alike() => [(".then", Then, First)];

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (!(Confidence is > 0 and <= 1))
        {
            yield return (".confidence", "must be above 0 and at most 1.");
        }
    }
}

/// <summary>Models in a row, each fed by those before it: a preprocessor and a network, or a network cut in layers.</summary>
/// <param name="Steps">2 to 16 steps; the last one's outputs are the answer.</param>
public sealed record ChainRoute(IReadOnlyList<ChainStep> Steps) : Route
{
    internal override IEnumerable<(string Path, ModelTarget? Target)> Targets() => Steps.Select((step, i) => ($".steps[{i}].target", (ModelTarget?)step?.Target));

    internal override IEnumerable<(string Path, string Reason)> Problems()
    {
        if (Steps.Count is < 2 or > 16)
        {
            yield return (".steps", "needs 2 to 16 steps.");
        }
    }
}

/// <summary>One model of a chain.</summary>
/// <param name="Target">The model.</param>
/// <param name="Inputs">Which earlier tensor each of its inputs gets: an output of an earlier step or an input of the request. Inputs not named get the tensor of their own name; a model's only input gets the previous step's only output.</param>
public sealed record ChainStep(ModelTarget Target, IReadOnlyDictionary<string, string>? Inputs = null);

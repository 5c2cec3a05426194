using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Trials of one job over a parameter space.</summary>
/// <param name="Job">The training job: a name, or <c>name@sha256</c> for one version of it.</param>
/// <param name="Trials">How many at most, at least 1.</param>
/// <param name="Seed">Decides every trial's parameters and its own seed.</param>
/// <param name="Budget">Epochs (or the job's own unit) that a trial trains in total.</param>
/// <param name="Objective">The metric that picks the best trial.</param>
/// <param name="Parameters">The space, by parameter name.</param>
/// <param name="MaxFailedTrials">Trials that may fail without failing the run; half of them where the pipeline does not say.</param>
/// <param name="Parallelism">Trials under way at a time.</param>
/// <param name="Retries">How often a trial may be tried again.</param>
/// <param name="TimeLimit">How long one attempt of a trial may run on a node; one that runs longer is ended and has failed.</param>
/// <param name="CheckpointSteps">Training steps between checkpoints; null leaves it to the job.</param>
/// <param name="Nodes">Nodes that one trial trains on together.</param>
public sealed record SweepDefinition(
    string Job,
    int Trials,
    long Seed,
    int Budget,
    ObjectiveDefinition Objective,
    IReadOnlyDictionary<string, ParameterDefinition> Parameters,
    int MaxFailedTrials,
    int Parallelism,
    RetryBudgets Retries,
    TimeSpan TimeLimit,
    int? CheckpointSteps,
    int Nodes)
{
    /// <summary>The most runs that a sweep may begin with.</summary>
    public const int MostWarmStarts = 10;

    /// <summary>The most trials that a sweep may have.</summary>
    public const int MostTrials = 5000;

    /// <summary>A second objective, whose last value counts; null where there is one. The trials that no other beats in both make the Pareto front; the best is the best in <see cref="Objective"/>.</summary>
    public ObjectiveDefinition? Second { get; init; }

    /// <summary>How many of its node's task slots a trial takes. How many a node has is the pool's to say.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Whether equal parameters may be trained more than once, with seeds of their own. A space of one point repeats it in any case.</summary>
    public bool Repeats { get; init; }

    /// <summary>Runs whose trials the sampler has seen before the first of its own.</summary>
    public IReadOnlyList<string> WarmStart { get; init; } = [];

    /// <summary>How trials get their parameters.</summary>
    public SamplerDefinition Sampler { get; init; } = new(SamplerKind.Random);

    /// <summary>How far trials are trained; null: all to the whole budget.</summary>
    public SchedulerDefinition? Scheduler { get; init; }

    /// <summary>What ends the sweep before all trials have run; null: nothing.</summary>
    public StopRules? Stop { get; init; }
}

/// <summary>How trials get their parameters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SamplerKind>))]
public enum SamplerKind
{
    /// <summary>Independent draws.</summary>
    [JsonStringEnumMemberName("random")]
    Random,

    /// <summary>Every combination once.</summary>
    [JsonStringEnumMemberName("grid")]
    Grid,

    /// <summary>A Sobol sequence, which fills the space evenly.</summary>
    [JsonStringEnumMemberName("sobol")]
    Sobol,

    /// <summary>The tree-structured Parzen estimator, which learns from the trials that have ended.</summary>
    [JsonStringEnumMemberName("tpe")]
    Tpe,
}

/// <summary>A sampler and its settings.</summary>
/// <param name="Type">Which.</param>
/// <param name="StartupTrials">For <c>tpe</c>: trials that have a result before it begins to learn; until then it draws at random.</param>
public sealed record SamplerDefinition(SamplerKind Type, int StartupTrials = 10)
{
    /// <summary>Whether it looks at what other trials came to; if not, a trial's parameters follow from its number alone.</summary>
    [JsonIgnore]
    public bool Learns => Type == SamplerKind.Tpe;

    /// <summary>The most points that a grid may have.</summary>
    public const int MostGridPoints = 10_000;

    /// <summary>The most parameters with more than one value that a Sobol sequence can do with.</summary>
    public const int MostSobolParameters = 32;
}

/// <summary>How a sweep spends less on trials that do badly.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SchedulerKind>))]
public enum SchedulerKind
{
    /// <summary>Ends a trial that does worse than half of the others did.</summary>
    [JsonStringEnumMemberName("median")]
    Median,

    /// <summary>Asynchronous successive halving: trials begin with little, and the best go on.</summary>
    [JsonStringEnumMemberName("asha")]
    Asha,

    /// <summary>Successive halving in brackets, from many trials with little to few with all.</summary>
    [JsonStringEnumMemberName("hyperband")]
    Hyperband,

    /// <summary>Population-based training: now and then the worst go on from the best ones' checkpoints with parameters near theirs.</summary>
    [JsonStringEnumMemberName("pbt")]
    Pbt,
}

/// <summary>A scheduler and its settings.</summary>
/// <param name="Type">Which.</param>
public sealed record SchedulerDefinition(SchedulerKind Type)
{
    /// <summary>For <c>asha</c> and <c>hyperband</c>: the least that a trial is trained, in epochs.</summary>
    public int Minimum { get; init; } = 1;

    /// <summary>For <c>asha</c> and <c>hyperband</c>: one trial in so many goes on, and is trained so many times as long.</summary>
    public int Reduction { get; init; } = 3;

    /// <summary>For <c>median</c>: epochs that every trial may train.</summary>
    public int Grace { get; init; } = 1;

    /// <summary>For <c>median</c>: completed trials to compare with, at least.</summary>
    public int CompareWith { get; init; } = 5;

    /// <summary>For <c>pbt</c>: epochs after which a trial looks whether another is better.</summary>
    public int Interval { get; init; } = 1;

    /// <summary>For <c>pbt</c>: the share of the trials that counts as the best, and as the worst; above 0, at most 0.5.</summary>
    public double QuantileFraction { get; init; } = 0.25;

    /// <summary>For <c>pbt</c>: how likely a parameter that was taken over is drawn anew instead of changed a little; 0 to 1.</summary>
    public double ResampleProbability { get; init; } = 0.25;

    /// <summary>Whether it looks at trials while they train; if not, only when they have reached the budget that they were given.</summary>
    [JsonIgnore]
    public bool Watches => Type == SchedulerKind.Median;
}

/// <summary>What ends a sweep before all its trials have run. The run goes on with the best trial so far; trials under way are ended.</summary>
public sealed record StopRules
{
    /// <summary>How long the sweep may take, waiting for nodes included; null: without limit.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>What the trials' time on nodes may cost, in US dollars; null: without limit. Counted whenever a trial ends.</summary>
    public double? CostUsd { get; init; }

    /// <summary>What a node costs an hour, in US dollars; 0: not known. Alone it ends nothing, but the report says what the sweep has cost.</summary>
    public double NodeUsdPerHour { get; init; }

    /// <summary>An objective that is good enough; null: none is.</summary>
    public double? Target { get; init; }

    /// <summary>Trials that may end one after the other without a better objective; null: any number.</summary>
    public int? TrialsWithoutImprovement { get; init; }
}

/// <summary>How often a trial may be tried again, by cause.</summary>
/// <param name="Failures">New attempts after the job itself failed.</param>
/// <param name="Preemptions">Preemptions after which the trial moves from spot to dedicated nodes; 0 starts there.</param>
/// <param name="Infrastructure">New attempts after a node, an image or storage failed.</param>
public sealed record RetryBudgets(int Failures, int Preemptions, int Infrastructure);

using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What a sweep has come to; carried from one execution of its orchestration to the next.</summary>
/// <param name="Preparation">What was found and done before the first trial.</param>
/// <param name="StartedAt">When the sweep began, UTC.</param>
public sealed record SweepState(SweepPreparation Preparation, DateTime StartedAt)
{
    /// <summary>The trials begun so far, by their numbers.</summary>
    public IReadOnlyList<SweptTrial> Trials { get; init; } = [];

    /// <summary>How many times a trial was begun or let go on.</summary>
    public int Steps { get; init; }

    /// <summary>How many times one has come to an end.</summary>
    public int Ends { get; init; }

    /// <summary>The next look for lost trials; null while none is under way.</summary>
    public LostTrialLook? Look { get; init; }

    /// <summary>Why the sweep cannot go on, if so: it was cancelled, or too many trials have failed.</summary>
    public string? Stopped { get; init; }

    /// <summary>Whether that is because it was cancelled.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Which of the sweep's rules, or who, has ended it with what it has, if so.</summary>
    public string? Finished { get; init; }

    /// <summary>What people have decided.</summary>
    public SweepDecided Decided { get; init; } = new();
}

/// <summary>A look for trials that will not report any more. It goes along to the next execution: one may last less long than looks are apart.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Steps">How many steps there were when it was planned. A trial that has begun since may not be there yet, and is left to a later look.</param>
public sealed record LostTrialLook(DateTime At, int Steps);

/// <summary>What people's decisions about a sweep have come to.</summary>
public sealed record SweepDecided
{
    /// <summary>Decisions that are carried along, at most; the run's blobs keep them all.</summary>
    public const int MostDecisions = 100;

    /// <summary>Whether no trial begins or goes on until somebody says so.</summary>
    public bool Paused { get; init; }

    /// <summary>Trials at a time, where somebody has changed that; null: as the pipeline says.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Trials that people have added.</summary>
    public int Added { get; init; }

    /// <summary>Values that people have given for trials to come, in the order in which they take them.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Given { get; init; } = [];

    /// <summary>How many decisions people have made, those that were refused among them.</summary>
    public int Count { get; init; }

    /// <summary>The newest of them, the oldest first.</summary>
    public IReadOnlyList<SweepDecision> Newest { get; init; } = [];

    /// <summary>With what a person has decided. Trials under way are left to <see cref="SweepRun"/>.</summary>
    public SweepDecided With(SweepDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        SweepDecided noted = this with { Count = Count + 1, Newest = [.. Newest.TakeLast(MostDecisions - 1), decision] };
        return decision switch
        {
            { Refused: not null } => noted,
            { Action: SweepAction.Pause or SweepAction.Resume } => noted with { Paused = decision.Action == SweepAction.Pause },
            { Action: SweepAction.Parallelism } => noted with { Parallelism = decision.Parallelism },
            { Action: SweepAction.Add } => noted with { Added = Added + decision.Added, Given = decision.Parameters is { } given ? [.. Given, given] : Given },
            _ => noted,
        };
    }

    /// <summary>A sweep as people have changed it.</summary>
    /// <param name="sweep">As the pipeline says.</param>
    public SweepDefinition Steer(SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return sweep with { Trials = sweep.Trials + Added, Parallelism = Parallelism ?? sweep.Parallelism };
    }

    /// <summary>The decision to stop a trial that has not begun; null where there is none.</summary>
    /// <param name="trial">The trial.</param>
    public SweepDecision? StopOf(string trial) => Newest.LastOrDefault(decision => decision is { Action: SweepAction.Stop, Refused: null } && decision.Trial == trial);

    /// <summary>Why a decision that does not concern a trial would change nothing; null where it would.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="sweep">The sweep as people have changed it.</param>
    internal string? Refusal(SweepDecision decision, SweepDefinition sweep) => decision switch
    {
        { Action: SweepAction.Pause } when Paused => "the sweep is paused already",
        { Action: SweepAction.Resume } when !Paused => "the sweep is not paused",
        { Added: > 0 } when sweep.Trials + decision.Added > SweepDefinition.MostTrials =>
            FormattableString.Invariant($"a sweep has at most {SweepDefinition.MostTrials} trials; this one has {sweep.Trials}"),
        _ => null,
    };

    /// <summary>The same for a run that is resumed: not paused, and without the values that a trial has taken already.</summary>
    /// <param name="earlier">What there is of its trials.</param>
    /// <param name="sweep">The sweep.</param>
    public SweepDecided Resumed(IReadOnlyDictionary<string, EarlierTrial> earlier, SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(sweep);
        List<IReadOnlyDictionary<string, JsonElement>> given = [.. Given];
        var random = new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed);
        foreach ((string trial, EarlierTrial had) in earlier)
        {
            int taken = had.Parameters is { } parameters ? given.FindIndex(values => AreEqual(random.Complete(RunIds.TrialIndex(trial), values), parameters)) : -1;
            if (taken >= 0)
            {
                given.RemoveAt(taken);
            }
        }

        return this with { Paused = false, Given = given };

        static bool AreEqual(IReadOnlyDictionary<string, JsonElement> one, IReadOnlyDictionary<string, JsonElement> other) =>
            one.Count == other.Count && one.All(value => other.TryGetValue(value.Key, out JsonElement its) && JsonElement.DeepEquals(value.Value, its));
    }
}

/// <summary>A sweep's custom status: what people may change while it is under way.</summary>
/// <param name="Trials">How many trials there are to be.</param>
/// <param name="Parallelism">Trials at a time.</param>
/// <param name="Paused">Whether no trial begins or goes on until somebody says so.</param>
/// <param name="Decisions">The newest of people's decisions, the oldest first; all of them lie in the run's blobs.</param>
public sealed record SweepStatus(int Trials, int Parallelism, bool Paused, IReadOnlyList<SweepDecision> Decisions)
{
    /// <summary>How many trials have ended, or rest at a rung, as of when this was shown; of a sweep that <see cref="IsLarge"/> that is now.</summary>
    public int Ended { get; init; }

    /// <summary>The best of the completed trials, likewise.</summary>
    public BestTrial? Best { get; init; }

    /// <summary>How many trials have failed, likewise.</summary>
    public int Failed { get; init; }

    /// <summary>Why trials have failed, most often; null where none has.</summary>
    public string? Failure { get; init; }

    /// <summary>Where the sweep has two objectives and <see cref="IsLarge"/>, trials that none beats in both; of a smaller one the run's status finds them itself.</summary>
    public IReadOnlyList<string>? ParetoFront { get; init; }

    /// <summary>
    /// Whether there are so many trials that a run's status does not read all of theirs: it shows those under way and the best, and the report has the others.
    /// </summary>
    [JsonIgnore]
    public bool IsLarge => Trials > SweepResult.MostTrials;
}

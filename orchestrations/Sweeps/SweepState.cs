using System.Collections.ObjectModel;
using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Samplers;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What a sweep has come to; carried from one execution of its orchestration to the next.</summary>
/// <param name="Preparation">What was found and done before the first trial.</param>
/// <param name="StartedAt">When the sweep began, UTC.</param>
public sealed record SweepState(SweepPreparation Preparation, DateTime StartedAt)
{
    /// <summary>Decisions that are carried along, at most; the run's blobs keep them all.</summary>
    public const int MostDecisions = 100;

    /// <summary>The state of a sweep that begins: with what people had decided before its run was resumed, but not paused.</summary>
    public static SweepState Begin(SweepDefinition sweep, SweepPreparation preparation, DateTime startedAt)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(preparation);
        SweepState decided = preparation.Decisions.Aggregate(new SweepState(preparation with { Decisions = [] }, startedAt), (state, decision) => state.With(decision));

        // What a trial has taken already is no longer to be given.
        List<IReadOnlyDictionary<string, JsonElement>> given = [.. decided.Given];
        var random = new RandomSampler(new SearchSpace(sweep.Parameters), sweep.Seed);
        foreach ((string trial, IReadOnlyDictionary<string, JsonElement> had) in preparation.EarlierParameters ?? ReadOnlyDictionary<string, IReadOnlyDictionary<string, JsonElement>>.Empty)
        {
            int taken = given.FindIndex(values => AreEqual(random.Complete(RunIds.TrialIndex(trial), values), had));
            if (taken >= 0)
            {
                given.RemoveAt(taken);
            }
        }

        return decided with { Paused = false, Given = given };

        static bool AreEqual(IReadOnlyDictionary<string, JsonElement> one, IReadOnlyDictionary<string, JsonElement> other) =>
            one.Count == other.Count && one.All(value => other.TryGetValue(value.Key, out JsonElement its) && JsonElement.DeepEquals(value.Value, its));
    }

    /// <summary>The trials begun so far, by their numbers.</summary>
    public IReadOnlyList<SweptTrial> Trials { get; init; } = [];

    /// <summary>How many times a trial was begun or let go on.</summary>
    public int Steps { get; init; }

    /// <summary>How many times one has come to an end.</summary>
    public int Ends { get; init; }

    /// <summary>Why the sweep cannot go on, if so: it was cancelled, or too many trials have failed.</summary>
    public string? Stopped { get; init; }

    /// <summary>Whether that is because it was cancelled.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Which of the sweep's rules, or who, has ended it with what it has, if so.</summary>
    public string? Finished { get; init; }

    /// <summary>Whether no trial begins or goes on until somebody says so.</summary>
    public bool Paused { get; init; }

    /// <summary>Trials at a time, where somebody has changed that; null: as the pipeline says.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Trials that people have added.</summary>
    public int Added { get; init; }

    /// <summary>Values that people have given for trials to come, in the order in which they take them.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Given { get; init; } = [];

    /// <summary>How many decisions people have made, those that were refused among them.</summary>
    public int DecisionCount { get; init; }

    /// <summary>The newest of them, the oldest first.</summary>
    public IReadOnlyList<SweepDecision> Decisions { get; init; } = [];

    /// <summary>With what a person has decided. Trials under way are left to <see cref="SweepRun"/>.</summary>
    public SweepState With(SweepDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        SweepState noted = this with { DecisionCount = DecisionCount + 1, Decisions = [.. Decisions.TakeLast(MostDecisions - 1), decision] };
        return decision switch
        {
            { Refused: not null } => noted,
            { Action: SweepAction.Pause or SweepAction.Resume } => noted with { Paused = decision.Action == SweepAction.Pause },
            { Action: SweepAction.Parallelism } => noted with { Parallelism = decision.Parallelism },
            { Action: SweepAction.Add } => noted with { Added = Added + decision.Added, Given = decision.Parameters is { } given ? [.. Given, given] : Given },
            _ => noted,
        };
    }
}

/// <summary>A sweep's custom status: what people may change while it is under way.</summary>
/// <param name="Trials">How many trials there are to be.</param>
/// <param name="Parallelism">Trials at a time.</param>
/// <param name="Paused">Whether no trial begins or goes on until somebody says so.</param>
/// <param name="Decisions">The newest of people's decisions, the oldest first; all of them lie in the run's blobs.</param>
public sealed record SweepStatus(int Trials, int Parallelism, bool Paused, IReadOnlyList<SweepDecision> Decisions);

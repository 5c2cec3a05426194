using System.Text.Json;
using DurableMl.Orchestrations.Sweeps.Schedulers;
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

    /// <summary>Why the sweep cannot go on, if so: it was cancelled, or too many trials have failed.</summary>
    public string? Stopped { get; init; }

    /// <summary>Whether that is because it was cancelled.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Which of the sweep's rules has ended it with what it has, if one has.</summary>
    public string? Finished { get; init; }
}

/// <summary>A trial as its sweep knows it.</summary>
/// <param name="Status">How it ended when it last did; for one that is under way for the first time, that it waits.</param>
/// <param name="Budget">Epochs that it was last told to have trained.</param>
public sealed record SweptTrial(TrialStatus Status, int Budget)
{
    /// <summary>The step that is under way; null while the trial rests.</summary>
    public int? Step { get; init; }

    /// <summary>The number of its last end, from 1 in the order in which trials end; 0 before the first.</summary>
    public int End { get; init; }

    /// <summary>Whether it has been told to stop.</summary>
    public bool Stopping { get; init; }

    /// <summary>What it reported, where the sweep has a scheduler.</summary>
    public IReadOnlyList<CurvePoint> Points { get; init; } = [];

    /// <summary>What it can go on from, once it has reached a budget.</summary>
    public TrialRecord? Record { get; init; }

    /// <summary>Its hyperparameters, where they do not follow from its number.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>The trial as a scheduler sees it.</summary>
    /// <param name="number">Its number.</param>
    public TrialCurve Curve(int number) => new(
        number,
        Budget,
        Step is not null ? TrialPhase.Running : Status.State == TrialState.Completed ? TrialPhase.Reached : TrialPhase.Ended,
        Points);
}

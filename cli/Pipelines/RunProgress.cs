using DurableMl.Cli.Sweeps;

namespace DurableMl.Cli.Pipelines;

/// <summary>How a model did in the test.</summary>
/// <param name="Metrics">What was measured, by name.</param>
/// <param name="Examples">How many examples there were.</param>
internal sealed record RunEvaluation(IReadOnlyDictionary<string, double> Metrics, long Examples);

/// <summary>What a sweep optimises.</summary>
/// <param name="Metric">A metric's name.</param>
/// <param name="Goal"><c>maximize</c> or <c>minimize</c>.</param>
internal sealed record RunObjective(string? Metric, string? Goal);

/// <summary>How far a run is: the custom status of its orchestration.</summary>
internal sealed record RunProgress
{
    /// <summary>The phase under way; <c>done</c> at the end.</summary>
    public string? Phase { get; init; }

    /// <summary>How many parts of the phase are done.</summary>
    public int? Done { get; init; }

    /// <summary>How many parts the phase has.</summary>
    public int? Total { get; init; }

    /// <summary>The phases begun so far.</summary>
    public IReadOnlyList<RunPhase> Phases { get; init; } = [];

    /// <summary>The dataset, once it is known.</summary>
    public RunDataset? Dataset { get; init; }

    /// <summary>The best trial so far.</summary>
    public RunBest? Best { get; init; }

    /// <summary>What its sweep optimises, once there are trials.</summary>
    public RunObjective? Objective { get; init; }

    /// <summary>The trials that none beats in both objectives, where the sweep has two.</summary>
    public IReadOnlyList<string>? ParetoFront { get; init; }

    /// <summary>How the best trial's model did in the test, once that is known.</summary>
    public RunEvaluation? Evaluation { get; init; }

    /// <summary>Why the run ended without a model, or failed.</summary>
    public string? Error { get; init; }

    /// <summary>How the sweep stands that is under way.</summary>
    public SweepStatus? Sweep { get; init; }

    /// <summary>What ended the sweep with what it had; null where nothing did.</summary>
    public string? SweepFinished { get; init; }

    /// <summary>The trials of the sweep.</summary>
    public IReadOnlyList<RunTrial> Trials { get; init; } = [];
}

using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Runs;

/// <summary>How a model did on the test split, in a status.</summary>
/// <param name="Metrics">By name, as in <see cref="Evaluation.EvaluationResult"/>.</param>
/// <param name="Examples">The number of examples.</param>
/// <param name="Blob">Where the whole <see cref="Evaluation.EvaluationResult"/> lies, in the <c>runs</c> container.</param>
public sealed record EvaluationSummary(IReadOnlyDictionary<string, double> Metrics, long Examples, string Blob)
{
    /// <summary>The share of examples classified rightly, 0 to 1; null for a regression.</summary>
    public double? Accuracy => Metrics.TryGetValue("accuracy", out double accuracy) ? accuracy : null;
}

/// <summary>The custom status of a run: what is going on now.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Phase">The phase under way.</param>
/// <param name="Done">Units of the phase that are done.</param>
/// <param name="Total">Units of the phase: blocks while preprocessing, trials while training.</param>
/// <param name="Phases">All phases so far with their times.</param>
/// <param name="Dataset">The dataset, once it is there.</param>
/// <param name="Best">The best trial so far.</param>
/// <param name="Trials">The trials; those that matter most, where all would not fit.</param>
/// <param name="TrialsOmitted">How many trials are left out.</param>
/// <param name="Error">Why the run failed or stopped.</param>
public sealed record RunStatus(
    string Pipeline,
    RunPhase Phase,
    int Done,
    int Total,
    IReadOnlyList<PhaseTimes> Phases,
    DatasetSummary? Dataset,
    BestTrial? Best,
    IReadOnlyList<TrialSummary> Trials,
    int? TrialsOmitted,
    string? Error)
{
    /// <summary>How the run ended; null while it goes on.</summary>
    public RunState? State { get; init; }

    /// <summary>Which rule of <c>sweep.stop</c>, or who, ended the sweep with what it had; null where nothing did.</summary>
    public string? SweepFinished { get; init; }

    /// <summary>How the sweep stands that is under way, and what people have decided about it; null in any other phase.</summary>
    public SweepStatus? Sweep { get; init; }

    /// <summary>Of a sweep with two objectives, the trials that none beats in both, at most 40; null where there is one objective.</summary>
    public IReadOnlyList<string>? ParetoFront { get; init; }

    /// <summary>What the sweep optimises; null before there are trials.</summary>
    public ObjectiveDefinition? Objective { get; init; }

    /// <summary>How the best trial's model did on the test split, once that is known: what a person approves or not.</summary>
    public EvaluationSummary? Evaluation { get; init; }

    /// <summary>With these of the sweep's trials.</summary>
    /// <param name="shown">The trials to show.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="withParameters">Whether to show their hyperparameters.</param>
    public RunStatus WithTrials(IReadOnlyList<TrialStatus> shown, SweepDefinition sweep, bool withParameters = true)
    {
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(sweep);
        return this with
        {
            Objective = sweep.Objective,
            Trials = TrialSummary.Of(shown, sweep, withParameters),
            TrialsOmitted = sweep.Trials > shown.Count ? sweep.Trials - shown.Count : null,
        };
    }
}

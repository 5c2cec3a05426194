using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>What a sweep has learned so far; <see cref="ReportPage"/> draws it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="State">How the run is, such as <c>running</c> or <c>published</c>.</param>
/// <param name="At">When this was put together.</param>
/// <param name="Objective">What is better.</param>
/// <param name="Parameters">The space, by parameter name.</param>
/// <param name="Trials">All trials, in order of their ids.</param>
/// <param name="Best">The best of them so far.</param>
/// <param name="Importance">What each parameter that varies has to do with the objective, the most important first.</param>
/// <param name="Cost">What it has cost so far.</param>
/// <param name="Histories">Learning curves and times on nodes, by trial: of the best, and of those under way, at most <see cref="MostHistories"/>.</param>
public sealed record SweepReport(
    string RunId,
    string Pipeline,
    string State,
    DateTimeOffset At,
    ObjectiveDefinition Objective,
    IReadOnlyDictionary<string, ParameterDefinition> Parameters,
    IReadOnlyList<TrialSummary> Trials,
    BestTrial? Best,
    IReadOnlyList<ParameterImportance> Importance,
    SweepCost Cost,
    IReadOnlyDictionary<string, TrialHistory> Histories)
{
    /// <summary>Trials whose history is read, at most: each takes several calls to storage.</summary>
    public const int MostHistories = 100;

    /// <summary>The second objective; null where there is one.</summary>
    public ObjectiveDefinition? Second { get; init; }

    /// <summary>The trials that none beats in both objectives, the best in the first first; null where there is one objective.</summary>
    public IReadOnlyList<string>? ParetoFront { get; init; }

    /// <summary>Which rule of <c>sweep.stop</c>, or who, ended the sweep with what it had; null where nothing did.</summary>
    public string? Finished { get; init; }

    /// <summary>How the best trial's model did on the test split, once that is known.</summary>
    public EvaluationSummary? Evaluation { get; init; }

    /// <summary>What people have decided about the sweep; null where nobody has.</summary>
    public IReadOnlyList<SweepDecision>? Decisions { get; init; }

    /// <summary>A parameter's value as text; null where the trial has none.</summary>
    internal static string? Text(TrialSummary trial, string parameter) =>
        trial.Parameters?.TryGetValue(parameter, out JsonElement value) == true ? value.ToString() : null;
}

/// <summary>What a sweep has cost so far.</summary>
/// <param name="NodeHours">The time that trials were seen on nodes, times the nodes of each.</param>
/// <param name="Usd">The same in US dollars; null where <c>sweep.stop.nodeUsdPerHour</c> does not say what a node costs.</param>
public sealed record SweepCost(double NodeHours, double? Usd)
{
    /// <summary>The cost of some trials.</summary>
    public static SweepCost Of(IEnumerable<TrialSummary> trials, SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(trials);
        ArgumentNullException.ThrowIfNull(sweep);
        double hours = trials.Sum(trial => trial.OnNodes.TotalHours) * sweep.Nodes;
        return new SweepCost(hours, sweep.Stop is { NodeUsdPerHour: > 0 and var price } ? hours * price : null);
    }
}

using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Sweeps;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What a run came to. Also its report.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="State">How it ended.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Trials">The trials: all in the report, at most 200 in the orchestration's output.</param>
/// <param name="Best">The best trial.</param>
/// <param name="Evaluation">How its model did on the test split.</param>
/// <param name="Approval">What was decided, where somebody had to.</param>
/// <param name="Model">The published version.</param>
/// <param name="Phases">The phases with their times.</param>
/// <param name="Failures">What went wrong on the way.</param>
/// <param name="ReportBlob">Where this document lies, in the <c>runs</c> container; null where it could not be written.</param>
public sealed record RunOutput(
    string RunId,
    string Pipeline,
    RunState State,
    DatasetSummary? Dataset,
    IReadOnlyList<TrialSummary> Trials,
    BestTrial? Best,
    EvaluationResult? Evaluation,
    ApprovalDecision? Approval,
    PublishedModel? Model,
    IReadOnlyList<PhaseTimes> Phases,
    IReadOnlyList<RunFailure> Failures,
    string? ReportBlob)
{
    /// <summary>Which rule of <c>sweep.stop</c>, or who, ended the sweep with what it had; null where nothing did.</summary>
    public string? SweepFinished { get; init; }

    /// <summary>Of a sweep with two objectives, the trials that none beats in both, the best in the first first; null where there is one objective.</summary>
    public IReadOnlyList<string>? ParetoFront { get; init; }

    /// <summary>How many of a large sweep's trials are left out, which the report has; null for none.</summary>
    public int? TrialsOmitted { get; init; }

    /// <summary>What people have decided about the sweep, the newest last; null where nobody has.</summary>
    public IReadOnlyList<SweepDecision>? Decisions { get; init; }
}

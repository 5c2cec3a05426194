using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>
/// What a run has come to: shown in its custom status while it goes on, and in its output at the end. How its trials are doing meanwhile is
/// in their own statuses; <see cref="RunStatusReader"/> puts it together. Lives inside <see cref="PipelineOrchestrator"/>.
/// </summary>
internal sealed class RunProgress(TaskOrchestrationContext context, PipelineDefinition pipeline)
{
    /// <summary>What Durable Functions allows for a custom status.</summary>
    private const int MostBytes = 16 * 1024;
    private const int LongestError = 500;

    private readonly List<PhaseTimes> phases = [];
    private readonly List<RunFailure> failures = [];
    private IReadOnlyList<TrialStatus> trials = [];
    private int done;
    private int total;
    private string? error;
    private string? finished;
    private IReadOnlyList<string>? front;
    private SweepDefinition sweep = pipeline.Sweep;
    private IReadOnlyList<SweepDecision> decisions = [];
    private RunState? ended;

    public RunPhase Phase => phases[^1].Name;

    public DatasetSummary? Dataset { get; set; }

    public BestTrial? Best { get; set; }

    public EvaluationResult? Evaluation { get; set; }

    public ApprovalDecision? Approval { get; set; }

    public PublishedModel? Model { get; set; }

    /// <summary>Ends the phase under way and begins the next.</summary>
    public void Enter(RunPhase phase, int units)
    {
        Close();
        phases.Add(new PhaseTimes(phase, Now, phase == RunPhase.Done ? Now : null));
        (done, total) = (phase == RunPhase.Done ? units : 0, units);
        Show();
    }

    /// <summary>Takes over how the sweep has ended.</summary>
    public void Take(SweepResult sweep)
    {
        trials = [.. sweep.Trials.Select(trial => trial with { Error = Shorten(trial.Error) })];
        done = sweep.Total;
        Best = sweep.Best;
        finished = sweep.Finished;
        front = sweep.ParetoFront;
        decisions = sweep.Decisions;
        this.sweep = this.sweep with { Trials = sweep.Total };
    }

    /// <summary>How many trials are known to their blob alone; null for none.</summary>
    public int? TrialsOmitted => trials.Count > 0 && sweep.Trials > trials.Count ? sweep.Trials - trials.Count : null;

    /// <summary>Whether a trial has left a model that a person may choose, and its objective.</summary>
    public BestTrial? Completed(string trial) => trials.FirstOrDefault(one => one.Id == trial && one.State == TrialState.Completed) is { Objective: { } objective } ? new BestTrial(trial, objective) : null;

    /// <summary>Notes something that went wrong and that the run bears.</summary>
    public void Note(string? trial, string reason) => failures.Add(new RunFailure(Phase, trial, reason));

    /// <summary>Notes why the run ends without a model.</summary>
    public void Stop(string reason)
    {
        Note(null, reason);
        error = Shorten(reason);
    }

    /// <summary>Notes how the run ended.</summary>
    public void End(RunState state) => ended = state;

    /// <summary>The run's output.</summary>
    /// <param name="state">How it ended.</param>
    /// <param name="withReport">Whether it is kept as the report too.</param>
    public JsonElement Output(RunState state, bool withReport)
    {
        Close();
        return JsonBlobs.ToElement(new RunOutput(
            context.InstanceId, pipeline.Name, state, Dataset, TrialSummary.Of(trials, sweep), Best, Evaluation, Approval, Model,
            phases, failures, withReport ? RunBlobs.Report(context.InstanceId) : null) { SweepFinished = finished, Decisions = decisions.Count > 0 ? decisions : null, TrialsOmitted = TrialsOmitted, ParetoFront = front });
    }

    /// <summary>Writes the custom status, leaving out the less important where it would grow too long.</summary>
    public void Show()
    {
        IReadOnlyList<TrialStatus> shown = TrialSelection.Choose(trials, sweep.Objective.Goal);
        JsonElement status = Status(shown, withParameters: true);
        if (Bytes(status) > MostBytes)
        {
            status = Status(shown, withParameters: false);
        }

        while (Bytes(status) > MostBytes && shown.Count > 0)
        {
            shown = [.. shown.Take(shown.Count / 2)];
            status = Status(shown, withParameters: false);
        }

        context.SetCustomStatus(status);
    }

    private DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    // Durable Functions counts UTF-16, of what its own serializer makes of it: that writes \u002B for the + of a time.
    private static int Bytes(JsonElement status) => Encoding.Unicode.GetByteCount(JsonSerializer.Serialize(status));

    private static string? Shorten(string? text) => text is { Length: > LongestError } ? text[..(LongestError - 1)] + "…" : text;

    private void Close()
    {
        if (phases is [.., { EndedAt: null } last])
        {
            phases[^1] = last with { EndedAt = Now };
        }
    }

    private JsonElement Status(IReadOnlyList<TrialStatus> shown, bool withParameters)
    {
        var status = new RunStatus(pipeline.Name, Phase, done, total, phases, Dataset, Best, [], null, error)
        {
            State = ended,
            SweepFinished = finished,
            ParetoFront = front is null ? null : [.. front.Take(TrialSelection.Most)],
            Evaluation = Evaluation is { } evaluation ? new EvaluationSummary(evaluation.Metrics, evaluation.Examples, RunBlobs.Evaluation(context.InstanceId)) : null,
        };
        return JsonBlobs.ToElement(trials.Count > 0 ? status.WithTrials(shown, sweep, withParameters) : status);
    }
}

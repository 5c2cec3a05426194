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

/// <summary>What a run knows about itself: shown in its custom status while it goes on, and in its output at the end. Lives inside <see cref="PipelineOrchestrator"/>.</summary>
internal sealed class RunBoard(TaskOrchestrationContext context, PipelineDefinition pipeline)
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

    public void Take(RunProgress progress)
    {
        done = progress.Done;
        total = progress.Total > 0 ? progress.Total : total;
        if (progress.Trials.Count > 0)
        {
            TakeTrials(progress.Trials);
        }

        Show();
    }

    /// <summary>Takes over the trials as they are now or have ended.</summary>
    public void TakeTrials(IReadOnlyList<TrialStatus> statuses)
    {
        trials = statuses;
        Best = BestTrial.Of(statuses.Where(trial => trial.State is not TrialState.Failed and not TrialState.Cancelled), pipeline.Sweep.Objective);
    }

    /// <summary>Notes something that went wrong and that the run bears.</summary>
    public void Note(string? trial, string reason) => failures.Add(new RunFailure(Phase, trial, reason));

    /// <summary>Notes why the run ends without a model.</summary>
    public void Stop(string reason)
    {
        Note(null, reason);
        error = Shorten(reason);
    }

    /// <summary>The run's output.</summary>
    public JsonElement Output(RunState state)
    {
        Close();
        return JsonBlobs.ToElement(new RunOutput(
            context.InstanceId, pipeline.Name, state, Dataset, [.. trials.Select(trial => Summary(trial, withParameters: true))], Best, Evaluation, Approval, Model,
            phases, failures, RunBlobs.Report(context.InstanceId)));
    }

    /// <summary>Writes the custom status, leaving out the less important where it would grow too long.</summary>
    public void Show()
    {
        IReadOnlyList<TrialStatus> shown = TrialSelection.Choose(AllTrials(), pipeline.Sweep.Objective.Goal);
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

    // Durable Functions counts UTF-16.
    private static int Bytes(JsonElement status) => Encoding.Unicode.GetByteCount(status.GetRawText());

    private static string Shorten(string text) => text.Length <= LongestError ? text : text[..(LongestError - 1)] + "…";

    private void Close()
    {
        if (phases is [.., { EndedAt: null } last])
        {
            phases[^1] = last with { EndedAt = Now };
        }
    }

    /// <summary>Trials of which nothing has been heard yet are waiting.</summary>
    private List<TrialStatus> AllTrials()
    {
        if (phases.Count == 0 || Phase < RunPhase.Train)
        {
            return [];
        }

        var known = trials.ToDictionary(trial => trial.Id, StringComparer.Ordinal);
        int shown = Math.Min(pipeline.Sweep.Trials, Math.Max(TrialSelection.Most, trials.Count));
        var all = new List<TrialStatus>(trials);
        for (int i = 0; i < pipeline.Sweep.Trials && all.Count < shown; i++)
        {
            if (!known.ContainsKey(RunIds.TrialId(i)))
            {
                all.Add(TrialStatus.NotBegun(RunIds.TrialId(i)));
            }
        }

        return all;
    }

    private JsonElement Status(IReadOnlyList<TrialStatus> shown, bool withParameters)
    {
        int omitted = Phase < RunPhase.Train ? 0 : pipeline.Sweep.Trials - shown.Count;
        return JsonBlobs.ToElement(new RunStatus(
            pipeline.Name, Phase, done, total, phases, Dataset, Best, [.. shown.Select(trial => Summary(trial, withParameters))], omitted > 0 ? omitted : null, error));
    }

    private TrialSummary Summary(TrialStatus trial, bool withParameters)
    {
        int index = int.Parse(trial.Id.AsSpan(trial.Id.LastIndexOf('-') + 1), System.Globalization.CultureInfo.InvariantCulture);
        return TrialSummary.Of(
            trial with { Error = trial.Error is { } reason ? Shorten(reason) : null },
            withParameters ? TrialSampler.Sample(pipeline.Sweep.Parameters, pipeline.Sweep.Seed, index) : null,
            pipeline.Sweep.Budget);
    }
}

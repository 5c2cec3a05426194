using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>Puts a sweep's report together when somebody asks: from the task hub while it is under way, from the run's blobs afterwards, even where its history is gone.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="time">The clock.</param>
public sealed class SweepReportReader(BlobServiceClient blobs, TimeProvider time)
{
    private const int Parallel = 16;

    /// <summary>The report of a run's sweep; null where there is no such run, or its sweep has not begun.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public async Task<SweepReport?> ReadAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (!RunIds.IsValid(runId))
        {
            return null;
        }

        OrchestrationMetadata? run = await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken);
        if (run is not null && run.Name != nameof(PipelineOrchestrator))
        {
            return null;
        }

        var records = new RunRecords(blobs);
        PipelineDefinition? pipeline = run?.ReadInputAs<RunInput>()?.Pipeline ?? await records.PipelineAsync(runId, cancellationToken);
        if (pipeline is null)
        {
            return null;
        }

        RunStatus? status = run?.CustomStatus<RunStatus>();
        RunOutput? output = run is { IsCompleted: false } ? null : await records.ReportAsync(runId, cancellationToken);
        // A run's own status shows some of its trials, and none while they train.
        IReadOnlyList<TrialSummary> trials = output?.Trials ?? (run is null ? [] : TrialSummary.Of(await RunStatusReader.TrialsAsync(client, run, statuses: null, cancellationToken), pipeline.Sweep));
        return trials.Count == 0 && output is null ? null : await PutTogetherAsync(runId, pipeline, trials, run, status, output, cancellationToken);
    }

    private async Task<SweepReport> PutTogetherAsync(
        string runId, PipelineDefinition pipeline, IReadOnlyList<TrialSummary> trials, OrchestrationMetadata? run, RunStatus? status, RunOutput? output, CancellationToken cancellationToken)
    {
        SweepDefinition sweep = pipeline.Sweep;
        EvaluationSummary? evaluation = output?.Evaluation is { } whole ? new EvaluationSummary(whole.Metrics, whole.Examples, RunBlobs.Evaluation(runId)) : status?.Evaluation;
        return new SweepReport(
            runId,
            pipeline.Name,
            (output?.State ?? status?.State)?.ToString().ToLowerInvariant() ?? run?.RuntimeStatus.ToString().ToLowerInvariant() ?? "purged",
            time.GetUtcNow(),
            sweep.Objective,
            sweep.Parameters,
            trials,
            output?.Best ?? status?.Best ?? BestTrial.Of(trials, sweep),
            ParameterImportance.Of(new SearchSpace(sweep.Parameters), trials),
            SweepCost.Of(trials, sweep),
            await HistoriesAsync(runId, trials, sweep.Objective, cancellationToken))
        {
            Second = sweep.Second,
            ParetoFront = ParetoFront.Of(trials.Select(trial => (trial.Id, trial.State, trial.Objective, trial.Second)), sweep),
            Finished = output?.SweepFinished ?? status?.SweepFinished,
            Evaluation = evaluation,
            Decisions = output?.Decisions ?? status?.Sweep?.Decisions,
        };
    }

    private async Task<IReadOnlyDictionary<string, TrialHistory>> HistoriesAsync(
        string runId, IReadOnlyList<TrialSummary> trials, ObjectiveDefinition objective, CancellationToken cancellationToken)
    {
        var reader = new TrialReader(blobs);
        var histories = new ConcurrentDictionary<string, TrialHistory>(StringComparer.Ordinal);
        IEnumerable<TrialSummary> chosen = trials.Where(trial => trial.Attempts > 0)
            .OrderBy(trial => trial.State is TrialState.Running or TrialState.Retrying ? 0 : 1)
            .ThenBy(trial => trial.Objective is null ? 1 : 0)
            .ThenBy(trial => objective.Goal == ObjectiveGoal.Minimize ? trial.Objective : -trial.Objective)
            .Take(SweepReport.MostHistories);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            chosen,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (trial, token) => histories[trial.Id] = await reader.HistoryAsync(RunBlobs.Trial(runId, trial.Id).TrimEnd('/'), objective.Metric, token));
        return new SortedDictionary<string, TrialHistory>(histories, StringComparer.Ordinal);
    }
}

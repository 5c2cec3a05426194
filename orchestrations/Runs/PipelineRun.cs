using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The phases of a run, one after the other. Lives inside <see cref="PipelineOrchestrator"/>.</summary>
internal sealed class PipelineRun(TaskOrchestrationContext context, RunInput input, RunProgress progress)
{
    private readonly PipelineDefinition pipeline = input.Pipeline;
    private readonly DateTime startedAt = context.CurrentUtcDateTime;
    private readonly Cancellation cancellation = new(context);

    private string RunId => context.InstanceId;

    /// <summary>Goes through all phases and says how the run ended. A cancellation ends it in whatever phase it is.</summary>
    public async Task<RunState> RunAsync()
    {
        try
        {
            (DatasetReference dataset, SweepResult sweep, BestTrial best) = await TrainAsync();
            return await FinishAsync(dataset, sweep, best);
        }
        catch (CancelledException)
        {
            progress.Stop($"cancelled: {await cancellation.Requested}");
            return RunState.Cancelled;
        }
    }

    private async Task<(DatasetReference Dataset, SweepResult Sweep, BestTrial Best)> TrainAsync()
    {
        progress.Enter(RunPhase.Ingest, 1);
        await cancellation.CallAsync<object?>(nameof(RecordRun), new RecordRunInput(RunId, pipeline, startedAt, input.Resumed));

        progress.Enter(RunPhase.Preprocess, 0);
        DatasetReference dataset = input.Dataset
            ?? await cancellation.AwaitAsync(
                RunIds.Preprocess(RunId),
                id => context.CallSubOrchestratorAsync<DatasetReference?>(nameof(PreprocessOrchestrator), new PlanDatasetInput(RunId, pipeline.Dataset), id))
            ?? throw new CancelledException();
        progress.Dataset = DatasetSummary.Of(dataset);
        cancellation.ThrowIfRequested();

        progress.Enter(RunPhase.Train, pipeline.Sweep.Trials);
        SweepResult sweep = await cancellation.AwaitAsync(
            RunIds.Sweep(RunId),
            id => context.CallSubOrchestratorAsync<SweepResult>(
                nameof(SweepOrchestrator), new SweepInput(RunId, dataset.Name, dataset.Version, pipeline.Sweep, input.Resumed), id));
        TakeSweep(sweep);
        cancellation.ThrowIfRequested();
        return (dataset, sweep, progress.Best ?? throw new RunFailedException(RunPhase.Train, sweep.Stopped ?? TrialFailures.Describe(sweep.Trials) ?? sweep.Finished ?? "no trial has completed with an objective"));
    }

    private async Task<RunState> FinishAsync(DatasetReference dataset, SweepResult sweep, BestTrial best)
    {
        progress.Enter(RunPhase.Evaluate, 1);
        EvaluationResult evaluation = await cancellation.CallAsync<EvaluationResult>(nameof(EvaluateModel), new EvaluateModelInput(RunId, best.Trial, dataset.Name, dataset.Version));
        progress.Evaluation = evaluation;
        if (evaluation.LeftOut.Count > 0)
        {
            progress.Note(best.Trial, $"not published, since a model's files have names of letters, digits, '.', '_' and '-': {string.Join(", ", evaluation.LeftOut)}");
        }

        if (pipeline.Evaluate.Minimum is { } minimum && evaluation.Accuracy < minimum)
        {
            progress.Stop(FormattableString.Invariant($"accuracy {evaluation.Accuracy:0.####} on the test split is below evaluate.minimum, {minimum}"));
            return RunState.Rejected;
        }

        if (pipeline.Approve is { } approve)
        {
            progress.Enter(RunPhase.Approve, 1);
            ApprovalDecision decision = await ApprovalGate.WaitAsync(context, approve, cancellation.Requested, progress) ?? throw new CancelledException();
            progress.Approval = decision;
            if (!decision.Approved)
            {
                progress.Stop($"not approved: {decision.Comment ?? decision.By ?? "no reason given"}");
                return RunState.Rejected;
            }
        }

        cancellation.ThrowIfRequested();
        progress.Enter(RunPhase.Publish, 1);
        var publication = new PublishModelInput(
            RunId, best.Trial, pipeline.Publish.Model, pipeline.Publish.Alias, dataset.Name, dataset.Version, sweep.CodeSha256, pipeline.Sweep.Objective.Metric, best.Objective, evaluation);
        // What is half published is published.
        progress.Model = await cancellation.CallToItsEndAsync<PublishedModel>(nameof(PublishModel), publication);
        return RunState.Published;
    }

    private void TakeSweep(SweepResult sweep)
    {
        progress.Take(sweep);
        foreach (TrialStatus trial in sweep.Trials.Where(trial => trial.State == TrialState.Failed))
        {
            progress.Note(trial.Id, trial.Error ?? "failed");
        }

        if (sweep.Stopped is { } stopped && !sweep.Cancelled)
        {
            // The user said how many failures make the result worthless. What completed stays with the run, and resuming it trains only the rest.
            throw new RunFailedException(RunPhase.Train, stopped);
        }
    }
}

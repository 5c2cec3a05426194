using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The phases of a run, one after the other. Lives inside <see cref="PipelineOrchestrator"/>.</summary>
internal sealed class PipelineRun(TaskOrchestrationContext context, PipelineDefinition pipeline, RunProgress progress)
{
    private readonly Task<string> cancelled = context.WaitForExternalEvent<string>(RunEvents.Cancel);

    private string RunId => context.InstanceId;

    /// <summary>Goes through all phases and says how the run ended.</summary>
    public async Task<RunState> RunAsync()
    {
        progress.Enter(RunPhase.Ingest, 1);
        await context.CallActivityAsync(nameof(RecordRun), new RecordRunInput(RunId, pipeline), ActivityRetries.Transient);

        progress.Enter(RunPhase.Preprocess, 0);
        DatasetReference dataset = await AwaitAsync(context.CallSubOrchestratorAsync<DatasetReference>(
            nameof(PreprocessOrchestrator), new PlanDatasetInput(RunId, pipeline.Dataset), new TaskOptions().WithInstanceId(RunIds.Preprocess(RunId))));
        progress.Dataset = DatasetSummary.Of(dataset);
        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        progress.Enter(RunPhase.Train, pipeline.Sweep.Trials);
        SweepResult sweep = await AwaitAsync(
            context.CallSubOrchestratorAsync<SweepResult>(
                nameof(SweepOrchestrator), new SweepInput(RunId, dataset.Name, dataset.Version, pipeline.Sweep), new TaskOptions().WithInstanceId(RunIds.Sweep(RunId))),
            cancels: RunIds.Sweep(RunId));
        TakeSweep(sweep);
        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        return progress.Best is { } best
            ? await FinishAsync(dataset, sweep, best)
            : throw new RunFailedException(RunPhase.Train, sweep.Stopped ?? "no trial has completed with an objective");
    }

    private async Task<RunState> FinishAsync(DatasetReference dataset, SweepResult sweep, BestTrial best)
    {
        progress.Enter(RunPhase.Evaluate, 1);
        EvaluationResult evaluation = await context.CallActivityAsync<EvaluationResult>(
            nameof(EvaluateModel), new EvaluateModelInput(RunId, best.Trial, dataset.Name, dataset.Version), ActivityRetries.Transient);
        progress.Evaluation = evaluation;
        if (pipeline.Evaluate.Minimum is { } minimum && evaluation.Accuracy < minimum)
        {
            progress.Stop(FormattableString.Invariant($"accuracy {evaluation.Accuracy:0.####} on the test split is below evaluate.minimum, {minimum}"));
            return RunState.Rejected;
        }

        if (pipeline.Approve is { } approve)
        {
            progress.Enter(RunPhase.Approve, 1);
            if (await ApprovalGate.WaitAsync(context, approve, cancelled) is not { } decision)
            {
                return await CancelledAsync();
            }

            progress.Approval = decision;
            if (!decision.Approved)
            {
                progress.Stop($"not approved: {decision.Comment ?? decision.By ?? "no reason given"}");
                return RunState.Rejected;
            }
        }

        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        progress.Enter(RunPhase.Publish, 1);
        int index = sweep.Trials.Select((trial, i) => (trial.Id, i)).First(trial => trial.Id == best.Trial).i;
        progress.Model = await context.CallActivityAsync<PublishedModel>(
            nameof(PublishModel),
            new PublishModelInput(
                RunId, best.Trial, pipeline.Publish.Model, pipeline.Publish.Alias, dataset.Name, dataset.Version,
                TrialSampler.Sample(pipeline.Sweep.Parameters, pipeline.Sweep.Seed, index), sweep.CodeSha256, pipeline.Sweep.Objective.Metric, best.Objective, evaluation),
            ActivityRetries.Transient);
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
            // What completed before does not count: the user said how many failures make the result worthless.
            throw new RunFailedException(RunPhase.Train, stopped);
        }
    }

    private async Task<RunState> CancelledAsync()
    {
        progress.Stop($"cancelled: {await cancelled}");
        return RunState.Cancelled;
    }

    /// <summary>Awaits a sub-orchestration. A cancellation is passed on to it meanwhile, where it takes one; either way its own end is awaited.</summary>
    private async Task<T> AwaitAsync<T>(Task<T> work, string? cancels = null)
    {
        if (await Task.WhenAny(work, cancelled) == cancelled && cancels is not null)
        {
            context.SendEvent(cancels, RunEvents.Cancel, await cancelled);
        }

        return await work;
    }
}

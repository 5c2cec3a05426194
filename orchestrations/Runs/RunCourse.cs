using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Runs;

/// <summary>The phases of a run, one after the other. Lives inside <see cref="PipelineOrchestrator"/>.</summary>
internal sealed partial class RunCourse(TaskOrchestrationContext context, PipelineDefinition pipeline, RunBoard board)
{
    private readonly ILogger logger = context.CreateReplaySafeLogger<RunCourse>();
    private readonly Task<string> cancelled = context.WaitForExternalEvent<string>(RunEvents.Cancel);
    private bool cancelSent;

    private string RunId => context.InstanceId;

    /// <summary>Goes through all phases and says how the run ended.</summary>
    public async Task<RunState> RunAsync()
    {
        board.Enter(RunPhase.Ingest, 1);
        await context.CallActivityAsync(nameof(RecordRun), new RecordRunInput(RunId, pipeline), ActivityRetries.Transient);

        board.Enter(RunPhase.Preprocess, 0);
        DatasetReference dataset = await WatchAsync(RunPhase.Preprocess, context.CallSubOrchestratorAsync<DatasetReference>(
            nameof(PreprocessOrchestrator), new PlanDatasetInput(RunId, pipeline.Dataset), new TaskOptions().WithInstanceId(RunIds.Preprocess(RunId))));
        board.Dataset = DatasetSummary.Of(dataset);
        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        board.Enter(RunPhase.Train, pipeline.Sweep.Trials);
        SweepResult sweep = await WatchAsync(RunPhase.Train, context.CallSubOrchestratorAsync<SweepResult>(
            nameof(SweepOrchestrator), new SweepInput(RunId, dataset.Name, dataset.Version, pipeline.Sweep), new TaskOptions().WithInstanceId(RunIds.Sweep(RunId))));
        TakeSweep(sweep);
        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        return board.Best is { } best
            ? await FinishAsync(dataset, sweep, best)
            : throw new RunFailedException(RunPhase.Train, sweep.Stopped ?? "no trial has completed with an objective");
    }

    private async Task<RunState> FinishAsync(DatasetReference dataset, SweepResult sweep, BestTrial best)
    {
        board.Enter(RunPhase.Evaluate, 1);
        EvaluationResult evaluation = await context.CallActivityAsync<EvaluationResult>(
            nameof(EvaluateModel), new EvaluateModelInput(RunId, best.Trial, dataset.Name, dataset.Version), ActivityRetries.Transient);
        board.Evaluation = evaluation;
        if (pipeline.Evaluate.Minimum is { } minimum && evaluation.Accuracy < minimum)
        {
            board.Stop(FormattableString.Invariant($"accuracy {evaluation.Accuracy:0.####} on the test split is below evaluate.minimum, {minimum}"));
            return RunState.Rejected;
        }

        if (pipeline.Approve is { } approve)
        {
            board.Enter(RunPhase.Approve, 1);
            if (await ApprovalGate.WaitAsync(context, approve, cancelled) is not { } decision)
            {
                return await CancelledAsync();
            }

            board.Approval = decision;
            if (!decision.Approved)
            {
                board.Stop($"not approved: {decision.Comment ?? decision.By ?? "no reason given"}");
                return RunState.Rejected;
            }
        }

        if (cancelled.IsCompleted)
        {
            return await CancelledAsync();
        }

        board.Enter(RunPhase.Publish, 1);
        int index = sweep.Trials.Select((trial, i) => (trial.Id, i)).First(trial => trial.Id == best.Trial).i;
        board.Model = await context.CallActivityAsync<PublishedModel>(
            nameof(PublishModel),
            new PublishModelInput(
                RunId, best.Trial, pipeline.Publish.Model, pipeline.Publish.Alias, dataset.Name, dataset.Version,
                TrialSampler.Sample(pipeline.Sweep.Parameters, pipeline.Sweep.Seed, index), sweep.CodeSha256, pipeline.Sweep.Objective.Metric, best.Objective, evaluation),
            ActivityRetries.Transient);
        return RunState.Published;
    }

    private void TakeSweep(SweepResult sweep)
    {
        board.TakeTrials(sweep.Trials);
        board.Best = sweep.Best;
        foreach (TrialStatus trial in sweep.Trials.Where(trial => trial.State == TrialState.Failed))
        {
            board.Note(trial.Id, trial.Error ?? "failed");
        }

        if (sweep.Stopped is { } stopped && !sweep.Cancelled)
        {
            // What completed before does not count: the user said how many failures make the result worthless.
            throw new RunFailedException(RunPhase.Train, stopped);
        }
    }

    private async Task<RunState> CancelledAsync()
    {
        board.Stop($"cancelled: {await cancelled}");
        return RunState.Cancelled;
    }

    /// <summary>Awaits a sub-orchestration; shows its progress and passes a cancellation on meanwhile.</summary>
    private async Task<T> WatchAsync<T>(RunPhase phase, Task<T> work)
    {
        DateTime began = context.CurrentUtcDateTime;
        while (true)
        {
            using var cancelTimer = new CancellationTokenSource();
            Task timer = context.CreateTimer(PollSchedule.Run.After(context.CurrentUtcDateTime - began), cancelTimer.Token);
            Task first = await (cancelSent ? Task.WhenAny(work, timer) : Task.WhenAny(work, cancelled, timer));
            if (first == timer)
            {
                await ReadProgressAsync(phase);
                continue;
            }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
            cancelTimer.Cancel();
#pragma warning restore MA0042
            if (first == work)
            {
                return await work;
            }

            cancelSent = true;
            if (phase == RunPhase.Train)
            {
                context.SendEvent(RunIds.Sweep(RunId), RunEvents.Cancel, await cancelled);
            }
        }
    }

    private async Task ReadProgressAsync(RunPhase phase)
    {
        try
        {
            board.Take(await context.CallActivityAsync<RunProgress>(nameof(ReadProgress), new RunProgressInput(RunId, phase)));
        }
        catch (TaskFailedException e)
        {
            // Progress is for people to look at; the run does not depend on it.
            LogNoProgress(logger, RootCause.Of(e));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The progress of this run could not be read and stays as it was: {Reason}")]
    private static partial void LogNoProgress(ILogger logger, string reason);
}

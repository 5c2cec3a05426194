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
        return (dataset, sweep, progress.Best ?? throw new RunFailedException(RunPhase.Train, sweep.Stopped ?? sweep.Failure ?? sweep.Finished ?? "no trial has completed with an objective"));
    }

    private async Task<RunState> FinishAsync(DatasetReference dataset, SweepResult sweep, BestTrial best)
    {
        progress.Enter(RunPhase.Evaluate, 1);
        EvaluationResult evaluation = await EvaluateAsync(dataset, best);
        if (pipeline.Evaluate.Refusal(evaluation) is { } refusal)
        {
            progress.Stop(refusal);
            return RunState.Rejected;
        }

        if (pipeline.Approve is { } approve)
        {
            progress.Enter(RunPhase.Approve, 1);
            if (await ApproveAsync(approve, dataset, best, evaluation) is not { } chosen)
            {
                progress.Stop($"not approved: {progress.Approval!.Comment ?? progress.Approval.By ?? "no reason given"}");
                return RunState.Rejected;
            }

            (best, evaluation) = chosen;
        }

        cancellation.ThrowIfRequested();
        progress.Enter(RunPhase.Publish, 1);
        var publication = new PublishModelInput(
            RunId, best.Trial, pipeline.Publish.Model, pipeline.Publish.Alias, dataset.Name, dataset.Version, sweep.CodeSha256, pipeline.Sweep.Objective.Metric, best.Objective, evaluation,
            pipeline.Publish.Serving);
        // What is half published is published.
        progress.Model = await cancellation.CallToItsEndAsync<PublishedModel>(nameof(PublishModel), publication);
        return RunState.Published;
    }

    private async Task<EvaluationResult> EvaluateAsync(DatasetReference dataset, BestTrial trial)
    {
        var input = new EvaluateModelInput(RunId, trial.Trial, dataset.Name, dataset.Version) { Champion = pipeline.Evaluate.NeedsChampion ? pipeline.Publish.Model : null };
        EvaluationResult evaluation = await cancellation.CallAsync<EvaluationResult>(nameof(EvaluateModel), input);
        progress.Evaluation = evaluation;
        if (evaluation.LeftOut.Count > 0)
        {
            progress.Note(trial.Trial, $"not published, since a model's files have names of letters, digits, '.', '_' and '-': {string.Join(", ", evaluation.LeftOut)}");
        }

        return evaluation;
    }

    /// <summary>
    /// Waits for a person's word and returns the trial to publish; null for none. A person who names another trial than the best has it evaluated;
    /// should it miss what <c>evaluate</c> asks for, the run says so and waits on.
    /// </summary>
    private async Task<(BestTrial Trial, EvaluationResult Evaluation)?> ApproveAsync(ApprovalDefinition approve, DatasetReference dataset, BestTrial best, EvaluationResult evaluation)
    {
        using ApprovalGate gate = await ApprovalGate.OpenAsync(context, approve, progress);
        while (true)
        {
            ApprovalDecision decision = await gate.WaitAsync(cancellation.Requested) ?? throw new CancelledException();
            progress.Approval = decision;
            if (!decision.Approved)
            {
                return null;
            }

            if (decision.Trial is null || decision.Trial == best.Trial)
            {
                // Another that was tried meanwhile, and was not good enough, has left its evaluation.
                return (best, ReferenceEquals(progress.Evaluation, evaluation) ? evaluation : await EvaluateAsync(dataset, best));
            }

            BestTrial? named = progress.Completed(decision.Trial)
                ?? (progress.TrialsOmitted is null ? null : await cancellation.CallAsync<BestTrial?>(nameof(FindTrial), new FindTrialInput(RunId, decision.Trial)));
            if (named is not { } other)
            {
                progress.Note(decision.Trial, "was to be published, but has not completed: another decision is awaited");
                continue;
            }

            EvaluationResult tried = await EvaluateAsync(dataset, other);
            if (pipeline.Evaluate.Refusal(tried) is not { } refusal)
            {
                return (other, tried);
            }

            progress.Note(other.Trial, $"was to be published, but {refusal}: another decision is awaited");
            progress.Show();
        }
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

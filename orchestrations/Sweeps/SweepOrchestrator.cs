using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.FanOut;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>How a sweep ended.</summary>
/// <param name="Trials">All trials, in order.</param>
/// <param name="Best">The best completed trial; null when none completed.</param>
/// <param name="CodeSha256">The version of the code that all trials ran.</param>
/// <param name="Stopped">Why trials were ended early, if they were.</param>
/// <param name="Cancelled">Whether that was because the run was cancelled.</param>
public sealed record SweepResult(IReadOnlyList<TrialStatus> Trials, BestTrial? Best, string CodeSha256, string? Stopped, bool Cancelled)
{
    /// <summary>Which rule of <c>sweep.stop</c> ended it with what it had; null where none did.</summary>
    public string? Finished { get; init; }
}

/// <summary>What <see cref="SweepOrchestrator"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Sweep">The sweep.</param>
/// <param name="Resumed">Whether an earlier execution of the run has left trials that need not be trained again.</param>
public sealed record SweepInput(string RunId, string Dataset, string DatasetVersion, SweepDefinition Sweep, bool Resumed = false);

/// <summary>Orchestrator: fans out trials in a bounded window and picks the best. Each free slot gets the next trial at
/// once. Stops early when cancelled, when too many have failed and when a rule of the sweep says that it has done enough.</summary>
public static partial class SweepOrchestrator
{
    /// <summary>Returns how all trials ended. The run's Batch jobs are gone afterwards, or soon after if Batch does not answer just then.</summary>
    [Function(nameof(SweepOrchestrator))]
    public static async Task<SweepResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SweepInput input = context.GetInput<SweepInput>()!;
        Task<string> cancel = context.WaitForExternalEvent<string>(RunEvents.Cancel);
        SweepPreparation preparation;
        try
        {
            preparation = await context.CallActivityAsync<SweepPreparation>(nameof(PrepareSweep), input, ActivityRetries.Until(cancel));
        }
        catch (TaskFailedException) when (cancel.IsCompleted)
        {
            string reason = await cancel;
            return new SweepResult([.. Enumerable.Range(0, input.Sweep.Trials).Select(index => TrialStatus.Cancelled(RunIds.TrialId(index), reason))], null, "", reason, Cancelled: true);
        }

        var trials = new TrialGroup(context, input, preparation);
        Task<IReadOnlyList<TrialStatus>> all = BoundedWindow.RunAsync([.. Enumerable.Range(0, input.Sweep.Trials)], input.Sweep.Parallelism, trials.RunAsync);
        bool cancelled = await UntilEndedAsync(context, input.Sweep.Stop?.Time, trials, all, cancel);
        if (cancelled)
        {
            trials.Stop(await cancel);
        }

        IReadOnlyList<TrialStatus> ended = await all;
        await CleanUpAsync(context, input.RunId);
        var best = BestTrial.Of(ended.Where(trial => trial.State == TrialState.Completed), input.Sweep.Objective);
        return new SweepResult(ended, best, preparation.CodeSha256, trials.Stopped, cancelled) { Finished = trials.Finished };
    }

    /// <summary>Waits for the trials, for the sweep's time to be over and for a cancellation. Returns whether it was cancelled before the trials had ended.</summary>
    private static async Task<bool> UntilEndedAsync(TaskOrchestrationContext context, TimeSpan? time, TrialGroup trials, Task all, Task cancel)
    {
        if (time is not { } limit)
        {
            return await Task.WhenAny(all, cancel) == cancel;
        }

        using var stopTimer = new CancellationTokenSource();
        Task timer = context.CreateTimer(limit, stopTimer.Token);
        Task first = await Task.WhenAny(all, cancel, timer);
        if (first == timer)
        {
            trials.Finish(SweepRules.TimeIsOver(limit));
            return await Task.WhenAny(all, cancel) == cancel;
        }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
        stopTimer.Cancel();
#pragma warning restore MA0042
        return first == cancel;
    }

    private static async Task CleanUpAsync(TaskOrchestrationContext context, string runId)
    {
        try
        {
            await context.CallActivityAsync(nameof(CleanUpSweep), runId, ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // What was trained is not lost over that: the jobs have nothing left to run, and the app's timer removes the jobs of runs that are over.
            ILogger logger = context.CreateReplaySafeLogger(nameof(SweepOrchestrator));
            LogNotCleanedUp(logger, runId, RootCause.Of(e));
        }
    }

    [LoggerMessage(LogLevel.Warning, "The Batch jobs of run {RunId} could not be removed yet: {Reason}")]
    private static partial void LogNotCleanedUp(ILogger logger, string runId, string reason);
}

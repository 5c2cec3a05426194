using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Training;

/// <summary>
/// Orchestrator: one trial, from its first Batch task to its result. Waits by durable timers and the event that the task's result raises.
/// What goes wrong is in what it returns; it does not fail.
/// </summary>
public static class TrialOrchestrator
{
    // Each look costs about six history events; a new execution starts with none.
    private const int LooksPerExecution = 50;

    private static readonly TimeSpan MostForLastCheckpoint = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooksAtStopping = TimeSpan.FromSeconds(1);

    /// <summary>Returns how the trial has ended: completed, failed, stopped or cancelled.</summary>
    [Function(nameof(TrialOrchestrator))]
    public static async Task<TrialReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TrialInput input = context.GetInput<TrialInput>()!;
        var trial = new TrialLifecycle(context, input);
        Task<string> cancelled = context.WaitForExternalEvent<string>(RunEvents.Cancel);
        Task<string> stopped = context.WaitForExternalEvent<string>(RunEvents.Stop);
        Task<string> ended = context.WaitForExternalEvent<string>(RunEvents.TrialEnded);
        for (int look = 0; look < LooksPerExecution; look++)
        {
            TimeSpan pause = await trial.StepAsync();
            if (trial.Final is { } final)
            {
                return trial.Conclude(final);
            }

            trial.TellEpoch();
            await WaitAsync(context, pause, cancelled, stopped, ended);
            if (cancelled.IsCompleted)
            {
                return await trial.EndAsync(TrialState.Cancelled, await cancelled);
            }

            if (stopped.IsCompleted)
            {
                return await StopAsync(context, trial, await stopped, cancelled);
            }

            if (ended.IsCompleted)
            {
                ended = context.WaitForExternalEvent<string>(RunEvents.TrialEnded);
            }
        }

        // Waits that are left behind would take, and lose, a word that comes just now.
        string? stop = await stopped.DrainAsync(context, RunEvents.Stop);
        if (await cancelled.DrainAsync(context, RunEvents.Cancel) is { } cancel)
        {
            return await trial.EndAsync(TrialState.Cancelled, cancel);
        }

        if (stop is not null)
        {
            return await StopAsync(context, trial, stop, context.WaitForExternalEvent<string>(RunEvents.Cancel));
        }

        context.ContinueAsNew(input with { Record = trial.Record });
        return new TrialReport(0, trial.Record.Status(input, TrialState.Running), trial.Record);
    }

    /// <summary>Asks the job to save a checkpoint and exit, and ends its task if it does not do so soon.</summary>
    private static async Task<TrialReport> StopAsync(TaskOrchestrationContext context, TrialLifecycle trial, string reason, Task<string> cancelled)
    {
        DateTime asked = context.CurrentUtcDateTime;
        if (await trial.AskToStopAsync())
        {
            while (context.CurrentUtcDateTime - asked < MostForLastCheckpoint && !cancelled.IsCompleted)
            {
                await WaitAsync(context, BetweenLooksAtStopping, cancelled, context.WaitForExternalEvent<string>(RunEvents.TrialEnded));
                if (await trial.HasExitedAsync() is { } state)
                {
                    return trial.Conclude(state, state == TrialState.Completed ? null : reason);
                }
            }
        }

        return await trial.EndAsync(TrialState.Stopped, reason);
    }

    private static Task WaitAsync(TaskOrchestrationContext context, TimeSpan pause, params Task[] events) =>
        pause <= TimeSpan.Zero ? Task.CompletedTask : context.WaitAsync(pause, events);
}

using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.FanOut;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>Orchestrator: fans out trials in a bounded window and picks the best. Stops early when cancelled or when too many have failed.</summary>
public static class SweepOrchestrator
{
    /// <summary>Returns how all trials ended. The run's Batch jobs are gone afterwards.</summary>
    [Function(nameof(SweepOrchestrator))]
    public static async Task<SweepResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        SweepInput input = context.GetInput<SweepInput>()!;
        SweepPreparation preparation = await context.CallActivityAsync<SweepPreparation>(nameof(PrepareSweep), input, ActivityRetries.Transient);
        var trials = new TrialGroup(context, input, preparation.HasDedicatedPool);

        Task<string> cancel = context.WaitForExternalEvent<string>(RunEvents.Cancel);
        Task<IReadOnlyList<TrialStatus>> all = BoundedWindow.RunAsync([.. Enumerable.Range(0, input.Sweep.Trials)], input.Sweep.Parallelism, trials.RunAsync);
        bool cancelled = await Task.WhenAny(all, cancel) == cancel;
        if (cancelled)
        {
            trials.Stop(await cancel);
        }

        IReadOnlyList<TrialStatus> ended = await all;
        await context.CallActivityAsync(nameof(CleanUpSweep), input.RunId, ActivityRetries.Transient);
        var best = BestTrial.Of(ended.Where(trial => trial.State == TrialState.Completed), input.Sweep.Objective);
        return new SweepResult(ended, best, preparation.CodeSha256, trials.Stopped, cancelled);
    }
}

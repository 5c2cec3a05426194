using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>The trials of one sweep, as sub-orchestrations. Lives inside <see cref="SweepOrchestrator"/>.</summary>
internal sealed class TrialGroup(TaskOrchestrationContext context, SweepInput input, SweepPreparation preparation)
{
    private readonly SortedSet<string> running = new(StringComparer.Ordinal);
    private readonly List<TrialStatus> failed = [];

    /// <summary>Why no more trials are started, if so.</summary>
    public string? Stopped { get; private set; }

    /// <summary>Runs one trial to its end; one that fails does not disturb the others.</summary>
    public async Task<TrialStatus> RunAsync(int index)
    {
        string id = RunIds.TrialId(index);
        if (Stopped is { } reason)
        {
            return TrialStatus.Cancelled(id, reason);
        }

        EarlierTrial? earlier = preparation.Earlier?.GetValueOrDefault(id);
        if (earlier?.Status is { } ended)
        {
            return Count(ended);
        }

        string instance = RunIds.Trial(input.RunId, id);
        var trial = new TrialInput(
            input.RunId, id, input.Dataset, input.DatasetVersion, TrialSampler.Sample(input.Sweep.Parameters, input.Sweep.Seed, index),
            TrialSampler.SeedOf(input.Sweep.Seed, index), input.Sweep, preparation.HasDedicatedPool);
        trial = earlier is null ? trial : trial with { Record = new TrialRecord(earlier.Attempts + 1, trial.WantsDedicated(0)) { Restarts = earlier.Restarts } };
        running.Add(instance);
        TrialStatus status;
        try
        {
            status = await context.CallSubOrchestratorAsync<TrialStatus>(nameof(TrialOrchestrator), trial, new TaskOptions().WithInstanceId(instance));
        }
        catch (TaskFailedException e)
        {
            status = TrialStatus.NotBegun(id) with { State = TrialState.Failed, Error = RootCause.Of(e) };
        }

        running.Remove(instance);
        return Count(status);
    }

    private TrialStatus Count(TrialStatus status)
    {
        if (status.State == TrialState.Failed)
        {
            failed.Add(status);
        }

        if (failed.Count > input.Sweep.MaxFailedTrials && Stopped is null)
        {
            Stop(FormattableString.Invariant($"{TrialFailures.Describe(failed, input.Sweep.Trials)}; sweep.maxFailedTrials allows {input.Sweep.MaxFailedTrials}"));
        }

        return status;
    }

    /// <summary>Starts no more trials and ends those under way.</summary>
    public void Stop(string reason)
    {
        Stopped ??= reason;
        foreach (string instance in running)
        {
            context.SendEvent(instance, RunEvents.Cancel, reason);
        }
    }
}

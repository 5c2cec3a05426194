using System.Text.Json;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>The trials of one sweep, as sub-orchestrations. Lives inside <see cref="SweepOrchestrator"/>.</summary>
internal sealed class TrialGroup(TaskOrchestrationContext context, SweepInput input, SweepPreparation preparation)
{
    private readonly SortedSet<string> running = new(StringComparer.Ordinal);
    private readonly List<TrialStatus> ended = [];
    private readonly List<SeenTrial> results = [];
    private readonly SortedDictionary<int, SeenTrial> pending = [];
    private readonly ISampler sampler = input.Sweep.CreateSampler();

    /// <summary>Why the sweep cannot go on, if so: it was cancelled, or too many trials have failed.</summary>
    public string? Stopped { get; private set; }

    /// <summary>Which of the sweep's rules has ended it with what it has, if one has.</summary>
    public string? Finished { get; private set; }

    /// <summary>Runs one trial to its end; one that fails does not disturb the others.</summary>
    public async Task<TrialStatus> RunAsync(int index)
    {
        string id = RunIds.TrialId(index);
        if ((Stopped ?? Finished) is { } reason)
        {
            return TrialStatus.Cancelled(id, reason);
        }

        EarlierTrial? earlier = preparation.Earlier?.GetValueOrDefault(id);
        IReadOnlyDictionary<string, JsonElement> parameters =
            preparation.EarlierParameters?.GetValueOrDefault(id) ?? sampler.Sample(index, input.Sweep.Sampler.Learns ? [.. results, .. pending.Values] : []);
        if (earlier?.Status is { } before)
        {
            return Count(input.Sweep.Sampler.Learns ? before with { Parameters = parameters } : before, parameters);
        }

        pending[index] = new SeenTrial(parameters, null);
        string instance = RunIds.Trial(input.RunId, id);
        var trial = new TrialInput(
            input.RunId, id, input.Dataset, input.DatasetVersion, parameters, RandomSampler.SeedOf(input.Sweep.Seed, index), input.Sweep, preparation.HasDedicatedPool);
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
        pending.Remove(index);
        return Count(status, parameters);
    }

    private TrialStatus Count(TrialStatus status, IReadOnlyDictionary<string, JsonElement> parameters)
    {
        ended.Add(status);
        results.Add(new SeenTrial(parameters, status.State == TrialState.Completed ? status.Objective : null));
        TrialStatus[] failed = [.. ended.Where(trial => trial.State == TrialState.Failed)];
        if (failed.Length > input.Sweep.MaxFailedTrials && Stopped is null)
        {
            Stop(FormattableString.Invariant($"{TrialFailures.Describe(failed, input.Sweep.Trials)}; sweep.maxFailedTrials allows {input.Sweep.MaxFailedTrials}"));
        }
        else if (input.Sweep.Stop?.Reached(ended, input.Sweep) is { } rule)
        {
            Finish(rule);
        }

        return status;
    }

    /// <summary>Starts no more trials and ends those under way: the sweep cannot go on.</summary>
    public void Stop(string reason)
    {
        Stopped ??= reason;
        End(reason);
    }

    /// <summary>Starts no more trials and ends those under way: what there is will do.</summary>
    public void Finish(string reason)
    {
        if ((Stopped ?? Finished) is null)
        {
            Finished = reason;
            End(reason);
        }
    }

    private void End(string reason)
    {
        foreach (string instance in running)
        {
            context.SendEvent(instance, RunEvents.Cancel, reason);
        }
    }
}

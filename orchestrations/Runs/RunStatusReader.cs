using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>
/// Puts a run's status together when somebody asks: what the run itself shows, and how the orchestrations that it waits for are doing. The run
/// does not look after them itself, so its history is no longer for that, however long they take.
/// </summary>
public static class RunStatusReader
{
    /// <summary>The status of a run; null where it has not begun.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="run">The run, with its input.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public static async Task<RunStatus?> ReadAsync(DurableTaskClient client, OrchestrationMetadata run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(run);
        RunStatus? status = run.CustomStatus<RunStatus>();
        return status switch
        {
            { Phase: RunPhase.Preprocess } when !run.IsCompleted => await WithBlocksAsync(client, run.InstanceId, status, cancellationToken),
            { Phase: RunPhase.Train } when !run.IsCompleted && run.ReadInputAs<RunInput>() is { Pipeline: { } pipeline } =>
                await WithTrialsAsync(client, run, status, pipeline.Sweep, cancellationToken),
            _ => status,
        };
    }

    /// <summary>The custom status of an orchestration of this app; null where it has none.</summary>
    public static T? CustomStatus<T>(this OrchestrationMetadata instance)
        where T : class =>
        instance?.SerializedCustomStatus is { Length: > 0 } json ? JsonSerializer.Deserialize<T>(json, JsonBlobs.Options) : null;

    /// <summary>A sweep's trials in the status of its run. Those of which nothing is known yet are waiting.</summary>
    internal static RunStatus WithTrials(RunStatus status, SweepDefinition sweep, IReadOnlyList<TrialStatus> known)
    {
        var ids = known.Select(trial => trial.Id).ToHashSet(StringComparer.Ordinal);
        int shown = Math.Min(sweep.Trials, Math.Max(TrialSelection.Most, known.Count));
        IEnumerable<TrialStatus> waiting = Enumerable.Range(0, sweep.Trials).Select(RunIds.TrialId).Where(id => !ids.Contains(id)).Select(TrialStatus.NotBegun).Take(shown - known.Count);
        BestTrial? best = BestTrial.Of(known.Where(trial => trial.State is not (TrialState.Failed or TrialState.Stopped or TrialState.Cancelled)), sweep);
        return (status with { Done = known.Count(trial => trial.HasEnded), Best = best, ParetoFront = ParetoFront.Of(known, sweep) is { } front ? [.. front.Take(TrialSelection.Most)] : null })
            .WithTrials(TrialSelection.Choose([.. known, .. waiting], sweep.Objective.Goal), sweep);
    }

    private static async Task<RunStatus> WithTrialsAsync(
        DurableTaskClient client, OrchestrationMetadata run, RunStatus status, SweepDefinition sweep, CancellationToken cancellationToken)
    {
        SweepStatus? steered = (await client.GetInstanceAsync(RunIds.Sweep(run.InstanceId), getInputsAndOutputs: true, cancellationToken))?.CustomStatus<SweepStatus>();
        sweep = sweep with { Trials = steered?.Trials ?? sweep.Trials };
        status = status with { Sweep = steered, Total = sweep.Trials };
        return steered is { IsLarge: true }
            ? await WithTrialsUnderWayAsync(client, run, status, sweep, steered, cancellationToken)
            : WithTrials(status, sweep, await TrialsAsync(client, run, statuses: null, cancellationToken));
    }

    /// <summary>With those trials of a large sweep that are under way, and the best. Reading thousands each time that somebody asks would cost more than the sweep itself.</summary>
    private static async Task<RunStatus> WithTrialsUnderWayAsync(
        DurableTaskClient client, OrchestrationMetadata run, RunStatus status, SweepDefinition sweep, SweepStatus steered, CancellationToken cancellationToken)
    {
        List<TrialStatus> shown = [.. await TrialsAsync(client, run, [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended], cancellationToken)];
        if (steered.Best is { } best && shown.TrueForAll(trial => trial.Id != best.Trial)
            && (await client.GetInstanceAsync(RunIds.Trial(run.InstanceId, best.Trial), getInputsAndOutputs: true, cancellationToken))?.CustomStatus<TrialStatus>() is { } known)
        {
            shown.Add(known);
        }

        return (status with { Done = steered.Ended, Best = steered.Best, ParetoFront = steered.ParetoFront }).WithTrials(TrialSelection.Choose(shown, sweep.Objective.Goal), sweep);
    }

    private static async Task<RunStatus> WithBlocksAsync(DurableTaskClient client, string runId, RunStatus status, CancellationToken cancellationToken)
    {
        OrchestrationMetadata? preprocess = await client.GetInstanceAsync(RunIds.Preprocess(runId), getInputsAndOutputs: true, cancellationToken);
        return preprocess?.CustomStatus<BlockProgress>() is { } blocks ? status with { Done = blocks.Done, Total = blocks.Total } : status;
    }

    /// <summary>The trials of a sweep that is under way, as far as they have begun.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="run">The run.</param>
    /// <param name="statuses">Only trials whose orchestrations have one of these; null: all.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    internal static async Task<IReadOnlyList<TrialStatus>> TrialsAsync(
        DurableTaskClient client, OrchestrationMetadata run, IEnumerable<OrchestrationRuntimeStatus>? statuses, CancellationToken cancellationToken)
    {
        var trials = new List<TrialStatus>();
        var query = new OrchestrationQuery(InstanceIdPrefix: RunIds.Trial(run.InstanceId, "trial-"), Statuses: statuses, FetchInputsAndOutputs: true);
        await foreach (OrchestrationMetadata instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            // Those of an execution before the run was resumed have nothing to say any more.
            if (instance.CreatedAt >= run.CreatedAt && instance.CustomStatus<TrialStatus>() is { } trial)
            {
                trials.Add(trial);
            }
        }

        return trials;
    }
}

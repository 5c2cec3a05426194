using System.Text.Json;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Training;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Activity: gathers the custom statuses of a run's sub-orchestrations, so that the run's own history stays short however many there are.</summary>
public static class ReadProgress
{
    /// <summary>Reads them.</summary>
    /// <param name="input">The run and its phase.</param>
    /// <param name="client">The task hub.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(ReadProgress))]
    public static async Task<RunProgress> RunAsync(
        [ActivityTrigger] RunProgressInput input, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(client);
        if (input.Phase == RunPhase.Preprocess)
        {
            OrchestrationMetadata? preprocess = await client.GetInstanceAsync(RunIds.Preprocess(input.RunId), getInputsAndOutputs: true, cancellationToken);
            return Read<BlockProgress>(preprocess) is { } blocks ? new RunProgress(blocks.Done, blocks.Total, []) : new RunProgress(0, 0, []);
        }

        var trials = new List<TrialStatus>();
        var query = new OrchestrationQuery(InstanceIdPrefix: RunIds.Trial(input.RunId, "trial-"), FetchInputsAndOutputs: true);
        await foreach (OrchestrationMetadata instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            if (Read<TrialStatus>(instance) is { } trial)
            {
                trials.Add(trial);
            }
        }

        int done = trials.Count(trial => trial.State is TrialState.Completed or TrialState.Failed or TrialState.Cancelled);
        return new RunProgress(done, 0, TrialSelection.Choose(trials, ObjectiveGoal.Maximize));
    }

    private static T? Read<T>(OrchestrationMetadata? instance)
        where T : class =>
        instance?.SerializedCustomStatus is { Length: > 0 } json ? JsonSerializer.Deserialize<T>(json, JsonBlobs.Options) : null;
}

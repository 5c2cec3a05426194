using Azure.Storage.Blobs;
using DurableMl.Inference;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Training;

/// <summary>Wakes a trial when an attempt of it has written its result. Should the trigger be late, the trial's own timer wakes it.</summary>
public static class TrialResultArrived
{
    /// <summary>Raises the trial's event, if the trial is still waiting.</summary>
    [Function(nameof(TrialResultArrived))]
    public static async Task RunAsync(
        [BlobTrigger("runs/{runId}/trials/{trialId}/output/result.json", Connection = HostServices.Connection, Source = BlobTriggerSource.EventGrid)] BlobClient result,
        string runId,
        string trialId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        _ = result;
        string instance = RunIds.Trial(runId, trialId);
        if (await client.GetInstanceAsync(instance, cancellationToken) is { IsCompleted: false })
        {
            await client.RaiseEventAsync(instance, RunEvents.TrialEnded, "", cancellationToken);
        }
    }
}

using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Workflows;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>
/// Removes the histories of orchestrations that are over: runs, their trials, imports, scorings and executions of workflows. What they wrote to
/// blobs stays: reports, models, and what a run needs to be resumed.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class HistoryPurge(BlobServiceClient blobs)
{
    // The earliest time that every storage of Durable Functions takes.
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Purges what began before a time and has ended, and takes those runs off the list. Returns how many orchestrations were purged.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="before">The time.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<int> PurgeAsync(DurableTaskClient client, DateTimeOffset before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        OrchestrationRuntimeStatus[] over = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];
        PurgeResult purged = await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Earliest, before, over), cancellationToken);
        if (await blobs.GetBlobContainerClient(DataContainers.Workflows).ExistsAsync(cancellationToken))
        {
            await new ExecutionLog(blobs).RemoveAsync(before, cancellationToken);
        }

        await new RunIndex(blobs).RemoveAsync(before, async run => await client.GetInstanceAsync(run, cancellationToken) is null, cancellationToken);
        return purged.PurgedInstanceCount;
    }
}

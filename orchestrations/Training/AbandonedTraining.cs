using Azure.Compute.Batch;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Training;

/// <summary>
/// Ends training whose run is over. A run that ends by itself leaves nothing; but one that was terminated or purged through the Durable
/// HTTP API could not clean up, and its sweep or its Batch jobs would go on and cost money.
/// </summary>
/// <param name="training">Training on Batch.</param>
/// <param name="batch">The Batch account.</param>
/// <param name="blobs">The data account.</param>
public sealed class AbandonedTraining(TrainingJobs training, BatchClient batch, BlobServiceClient blobs)
{
    /// <summary>Looks at every Batch job of ours and ends those that nobody waits for. Returns the runs they were of.</summary>
    /// <param name="client">
    /// The task hub of this app. A run that it does not know was purged, if the run's blobs say that it was in this task hub; else it is
    /// another app's and is left alone.
    /// </param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<IReadOnlyList<string>> EndAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var runs = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (BatchJob job in batch.GetJobsAsync(cancellationToken: cancellationToken))
        {
            if (RunIds.IsValid(job.DisplayName) && (job.Id == BatchIds.Job(job.DisplayName, dedicated: false) || job.Id == BatchIds.Job(job.DisplayName, dedicated: true)))
            {
                runs.Add(job.DisplayName);
            }
        }

        var ended = new List<string>();
        foreach (string run in runs)
        {
            if (await IsOverAsync(client, run, cancellationToken))
            {
                await EndAsync(client, run, cancellationToken);
                ended.Add(run);
            }
        }

        return ended;
    }

    private async Task<bool> IsOverAsync(DurableTaskClient client, string run, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(run, cancellationToken) is { } instance)
        {
            return instance.IsCompleted;
        }

        BlobClient hub = blobs.GetBlobContainerClient(DataContainers.Runs).GetBlobClient(RunBlobs.TaskHub(run));
        return await hub.ReadJsonAsync<RunTaskHub>(cancellationToken) is { } recorded && string.Equals(recorded.TaskHub, client.Name, StringComparison.Ordinal);
    }

    private async Task EndAsync(DurableTaskClient client, string run, CancellationToken cancellationToken)
    {
        // Terminating a run does not terminate its sweep, which ends its trials in good order when it is told to; nor the one trial of
        // an import, which has no sweep and would submit its task again if its job were removed first.
        foreach (string instance in (string[])[RunIds.Sweep(run), RunIds.Trial(run, ImportInput.Trial)])
        {
            if (await client.GetInstanceAsync(instance, cancellationToken) is { IsCompleted: false })
            {
                await client.RaiseEventAsync(instance, RunEvents.Cancel, "the run has ended", cancellationToken);
                return;
            }
        }

        await training.DeleteJobsAsync(run, cancellationToken);
    }
}

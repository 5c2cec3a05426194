using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Runs;
using DurableMl.Registry;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Deletion;

/// <summary>What deleting a run has removed.</summary>
/// <param name="Run">The run.</param>
/// <param name="Histories">Orchestrations whose histories were purged: the run's own and those of its parts.</param>
/// <param name="Containers">Containers of trials that were removed, with checkpoints, logs and models.</param>
/// <param name="Blobs">Blobs that were removed besides.</param>
/// <param name="Bytes">What these blobs held.</param>
public sealed record DeletedRun(string Run, int Histories, int Containers, long Blobs, long Bytes);

/// <summary>
/// Deletes runs that have ended and from which no published version came. First the run leaves the list; then its histories go, so that nobody finds it
/// any more; then its pipeline and its report, so that nobody can resume it or begin with its trials; then all else. The sign that its id is taken
/// goes last: what a crash leaves behind can be deleted again, and no other run can have the id before everything is gone.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="index">The list of all runs.</param>
/// <param name="uses">Finds what needs a run.</param>
public sealed class RunDeletion(BlobServiceClient blobs, RunIndex index, DataUses uses)
{
    private readonly BlobContainerClient runs = blobs.GetBlobContainerClient(DataContainers.Runs);

    /// <summary>Deletes a run; null where there is none.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">The caller has gone: what is not removed yet stays until it is deleted again.</param>
    /// <exception cref="InUseException">It has not ended, or something needs it.</exception>
    public async Task<DeletedRun?> DeleteAsync(DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        OrchestrationMetadata? instance = RunIds.IsValid(runId) ? await client.GetInstanceAsync(runId, getInputsAndOutputs: false, cancellationToken) : null;
        if (!RunIds.IsValid(runId) || (instance is null && !await HasBlobsAsync(runId, cancellationToken)) || (instance is not null && instance.Name != nameof(PipelineOrchestrator)))
        {
            return null;
        }

        List<OrchestrationMetadata> parts = await client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: runId + ":")).ToListAsync(cancellationToken);
        if (instance is { IsCompleted: false } || parts.Any(part => !part.IsCompleted))
        {
            throw new InUseException($"Run '{runId}' is still under way, or work is that it had begun. Cancel it, and delete it when it has ended.");
        }

        DataUses.ThrowIfUsed(
            $"Run '{runId}'",
            [
                .. await uses.VersionsAsync(lineage => lineage.Run == runId, cancellationToken),
                .. await uses.RunsAsync(client, pipeline => pipeline.Sweep.WarmStart.Contains(runId), cancellationToken),
            ]);
        return await RemoveAsync(client, runId, [.. parts.Select(part => part.InstanceId), .. instance is null ? Array.Empty<string>() : [runId]], cancellationToken);
    }

    private async Task<DeletedRun> RemoveAsync(DurableTaskClient client, string runId, IReadOnlyList<string> instances, CancellationToken cancellationToken)
    {
        BlobClient claim = runs.GetBlobClient(RunBlobs.Claim(runId));
        if (await claim.ReadJsonAsync<RunClaim>(cancellationToken) is { } claimed)
        {
            await index.RemoveAsync(runId, claimed.StartedAt, cancellationToken);
        }

        int histories = 0;
        foreach (string instance in instances)
        {
            histories += (await client.PurgeInstanceAsync(instance, cancellation: cancellationToken)).PurgedInstanceCount;
        }

        var removed = new RemovedBlobs();
        foreach (string blob in (string[])[RunBlobs.Pipeline(runId), RunBlobs.Report(runId)])
        {
            removed += await RemovedBlobs.BelowAsync(runs, blob, name => name == blob, cancellationToken);
        }

        int containers = await RemoveTrialContainersAsync(runId, cancellationToken);
        removed += await RemovedBlobs.BelowAsync(runs, runId + "/", name => name != claim.Name, cancellationToken);
        removed += await RemovedBlobs.BelowAsync(runs, claim.Name, name => name == claim.Name, cancellationToken);
        return new(runId, histories, containers, removed.Count, removed.Bytes);
    }

    // The folder of a trial in the container of all runs says that there is a container of the trial; so the container goes first.
    private async Task<int> RemoveTrialContainersAsync(string runId, CancellationToken cancellationToken)
    {
        int removed = 0;
        await foreach (BlobHierarchyItem trial in runs.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", RunBlobs.Trials(runId), cancellationToken))
        {
            if (trial.IsPrefix)
            {
                Response<bool> deleted = await TrialContainer.Of(blobs, trial.Prefix.TrimEnd('/')).DeleteIfExistsAsync(cancellationToken: cancellationToken);
                removed += deleted.Value ? 1 : 0;
            }
        }

        return removed;
    }

    private async Task<bool> HasBlobsAsync(string runId, CancellationToken cancellationToken) =>
        await runs.ExistsAsync(cancellationToken) && await runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, runId + "/", cancellationToken).AnyAsync(cancellationToken);
}

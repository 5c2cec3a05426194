using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Schedules;

/// <summary>Schedules in the container <c>workflows</c>: a document each, which changes under its ETag, and an orchestration each, which waits.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="time">The clock.</param>
public sealed class ScheduleStore(BlobServiceClient blobs, TimeProvider time)
{
    private const string Prefix = "schedules/";
    private const int MaxAttempts = 20;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Workflows);

    /// <summary>The instance that waits for a schedule.</summary>
    public static string InstanceOf(string name) => $"schedule:{name}";

    /// <summary>The schedule; null where there is none.</summary>
    public Task<ScheduleDocument?> ReadAsync(string name, CancellationToken cancellationToken) => Blob(name).ReadJsonAsync<ScheduleDocument>(cancellationToken);

    /// <summary>All schedules, by name.</summary>
    public async Task<IReadOnlyList<ScheduleDocument>> ListAsync(CancellationToken cancellationToken)
    {
        var schedules = new List<ScheduleDocument>();
        try
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix, cancellationToken))
            {
                if (await container.GetBlobClient(blob.Name).ReadJsonAsync<ScheduleDocument>(cancellationToken) is { } schedule)
                {
                    schedules.Add(schedule);
                }
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was scheduled yet.
        }

        return schedules;
    }

    /// <summary>Makes a schedule or changes it; its times count from now on.</summary>
    public async Task<ScheduleDocument> PutAsync(DurableTaskClient client, string name, Schedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(schedule);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var now = time.GetUtcNow();
        var kept = await ChangeAsync(
            name,
            document => (document ?? new ScheduleDocument(name, schedule, now)) with { Schedule = schedule, Considered = now, Next = schedule.Enabled ? schedule.Next(now) : null, Problem = null },
            cancellationToken);
        await WakeAsync(client, name, cancellationToken);
        return kept!;
    }

    /// <summary>Removes a schedule; what it started goes on. Returns whether there was one.</summary>
    public async Task<bool> RemoveAsync(DurableTaskClient client, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (!await Blob(name).DeleteIfExistsAsync(cancellationToken: cancellationToken))
        {
            return false;
        }

        if (await client.GetInstanceAsync(InstanceOf(name), cancellationToken) is { IsCompleted: false })
        {
            await client.RaiseEventAsync(InstanceOf(name), ScheduleOrchestrator.Changed, cancellation: cancellationToken);
        }

        return true;
    }

    /// <summary>Changes what is kept of a schedule. Null where there is none, which only a change that makes one survives.</summary>
    internal async Task<ScheduleDocument?> ChangeAsync(string name, Func<ScheduleDocument?, ScheduleDocument?> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (document, etag) = await Blob(name).ReadJsonWithETagAsync<ScheduleDocument>(cancellationToken);
            if (change(document) is not { } changed)
            {
                return null;
            }

            if (await Blob(name).TryReplaceJsonAsync(changed, etag, cancellationToken) is not null)
            {
                return changed;
            }
        }

        throw new InvalidOperationException($"The schedule '{name}' was changed by others {MaxAttempts} times in a row.");
    }

    // One that is over, or was ended from outside, begins again; another looks at what has changed.
    private static async Task WakeAsync(DurableTaskClient client, string name, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(name);
        if (await client.GetInstanceAsync(instance, cancellationToken) is { IsCompleted: false })
        {
            await client.RaiseEventAsync(instance, ScheduleOrchestrator.Changed, cancellation: cancellationToken);
            return;
        }

        await client.ScheduleNewOrchestrationInstanceAsync(nameof(ScheduleOrchestrator), name, new StartOrchestrationOptions(instance), cancellationToken);
    }

    private BlobClient Blob(string name) => container.GetBlobClient($"{Prefix}{name}.json");
}

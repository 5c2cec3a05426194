using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>An execution in the list of a workflow's executions.</summary>
/// <param name="ExecutionId">Its id.</param>
/// <param name="Workflow">The workflow.</param>
/// <param name="Version">The version that it runs.</param>
/// <param name="Status">RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null while it goes on.</param>
public sealed record ExecutionEntry(string ExecutionId, string Workflow, int Version, string Status, DateTime StartedAt, DateTime? EndedAt = null);

/// <summary>A page of executions.</summary>
/// <param name="Executions">The executions, newest first.</param>
/// <param name="ContinuationToken">Where the next page begins; null on the last.</param>
public sealed record ExecutionEntries(IReadOnlyList<ExecutionEntry> Executions, string? ContinuationToken);

/// <summary>A page of a history.</summary>
/// <param name="Events">The events, in AWS's shape, oldest first.</param>
/// <param name="NextToken">The id of the event that the next page begins behind; null where there is no more now.</param>
public sealed record HistoryPage(JsonArray Events, int? NextToken);

/// <summary>
/// Executions in blobs: their histories in parts that are named by their first event, and for each workflow a list of its executions.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class ExecutionLog(BlobServiceClient blobs)
{
    /// <summary>The status of an execution that goes on.</summary>
    public const string Running = "RUNNING";

    private const string Indices = "index/";

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Workflows);
    private readonly NewestFirst list = new(blobs.GetBlobContainerClient(DataContainers.Workflows));

    /// <summary>A page of a history.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="after">The event that the page begins behind; 0 for the first page.</param>
    /// <param name="most">Events on a page, at least 1.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public async Task<HistoryPage> ReadAsync(string executionId, int after, int most, CancellationToken cancellationToken)
    {
        var events = new JsonArray();
        BlobItem? before = null;
        await foreach (BlobItem part in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Parts(executionId), cancellationToken))
        {
            // A part goes up to the first event of the next, so one is read only once the next is seen to begin too late.
            if (before is not null && FirstOf(part) > after + 1 && await AddAsync(events, before, after, most, cancellationToken))
            {
                return new HistoryPage(events, (int)events[^1]!["id"]!);
            }

            before = part;
        }

        var isFull = before is not null && await AddAsync(events, before, after, most, cancellationToken);
        return new HistoryPage(events, isFull ? (int)events[^1]!["id"]! : null);
    }

    /// <summary>A page of a workflow's executions, newest first.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="continuationToken">What the page before said; null for the first.</param>
    /// <param name="pageSize">Executions on a page, 1 to 5000.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public async Task<ExecutionEntries> ListAsync(string workflow, string? continuationToken, int pageSize, CancellationToken cancellationToken)
    {
        var (executions, next) = await list.PageAsync(Index(workflow), continuationToken, pageSize, cancellationToken);
        return new ExecutionEntries([.. executions.Select(Parse)], next);
    }

    /// <summary>Removes the histories and entries of executions that have ended and began before a time. Returns how many.</summary>
    public async Task<int> RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0;
        await foreach (var listed in list.AllAsync(Indices, cancellationToken))
        {
            var entry = Parse(listed);
            if (entry.StartedAt >= before || entry.Status == Running)
            {
                continue;
            }

            await foreach (BlobItem part in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Parts(entry.ExecutionId), cancellationToken))
            {
                await container.DeleteBlobIfExistsAsync(part.Name, cancellationToken: cancellationToken);
            }

            await list.RemoveAsync(listed.Folder, listed.Id, listed.StartedAt, cancellationToken);
            removed++;
        }

        return removed;
    }

    internal async Task WriteAsync(string executionId, int first, JsonElement events, CancellationToken cancellationToken)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        if (events.GetArrayLength() > 0)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Parts(executionId)}{first:D10}.json");
            await container.GetBlobClient(name).WriteJsonAsync(events, cancellationToken);
        }
    }

    internal Task ListAsync(ExecutionEntry entry, CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["status"] = entry.Status,
            ["version"] = entry.Version.ToString(CultureInfo.InvariantCulture),
        };
        if (entry.EndedAt is { } ended)
        {
            metadata["ended"] = ended.ToString("O", CultureInfo.InvariantCulture);
        }

        return list.WriteAsync(Index(entry.Workflow), entry.ExecutionId, entry.StartedAt, metadata, cancellationToken);
    }

    // Whether the page is full.
    private async Task<bool> AddAsync(JsonArray events, BlobItem part, int after, int most, CancellationToken cancellationToken)
    {
        var read = await container.GetBlobClient(part.Name).ReadJsonAsync<JsonArray>(cancellationToken) ?? [];
        foreach (var happened in read.Where(happened => (int)happened!["id"]! > after).Take(most - events.Count).ToList())
        {
            events.Add(happened!.DeepClone());
        }

        return events.Count == most;
    }

    private static int FirstOf(BlobItem part) => int.Parse(Path.GetFileNameWithoutExtension(part.Name), CultureInfo.InvariantCulture);

    private static string Parts(string executionId) => $"executions/{executionId}/";

    private static string Index(string workflow) => $"{Indices}{workflow}/";

    private static ExecutionEntry Parse(StartedEntry execution) => new(
        execution.Id,
        execution.Folder[Indices.Length..^1],
        execution.Metadata.TryGetValue("version", out var version) ? int.Parse(version, CultureInfo.InvariantCulture) : 0,
        execution.Metadata.GetValueOrDefault("status", Running),
        execution.StartedAt,
        execution.Metadata.TryGetValue("ended", out var ended) ? DateTime.Parse(ended, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind) : null);
}

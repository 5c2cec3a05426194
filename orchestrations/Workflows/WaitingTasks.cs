using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>A task that waits for somebody's answer.</summary>
/// <param name="Token">What the answer must name; good for one answer.</param>
/// <param name="ExecutionId">The execution that waits.</param>
/// <param name="InstanceId">The orchestration that waits: the execution's own, or one that runs items of it.</param>
/// <param name="Workflow">Its workflow.</param>
/// <param name="State">Its state.</param>
/// <param name="Activity">The activity whose workers ask for it; null where the token is handed out otherwise.</param>
/// <param name="Input">What a worker gets.</param>
/// <param name="OpenedAt">When it began to wait.</param>
public sealed record WaitingTask(
    string Token, string ExecutionId, string InstanceId, string Workflow, string State, string? Activity, JsonNode? Input, DateTime OpenedAt)
{
    /// <summary>When it is given up; null for never.</summary>
    public DateTime? Deadline { get; init; }

    /// <summary>How long a worker may be silent; null for as long as it likes.</summary>
    public double? HeartbeatSeconds { get; init; }

    /// <summary>Who took it; null for nobody yet.</summary>
    public string? Worker { get; init; }

    /// <summary>When the worker last gave a sign.</summary>
    public DateTime? AliveAt { get; init; }

    /// <summary>The answer, once there is one.</summary>
    public TaskAnswer? Answer { get; init; }
}

/// <summary>What ends a task that waits.</summary>
/// <param name="IsFailure">Whether the task failed.</param>
/// <param name="Output">The task's result.</param>
/// <param name="Error">The name of an error, where the task failed.</param>
/// <param name="Cause">What happened, for people.</param>
public sealed record TaskAnswer(bool IsFailure, JsonNode? Output = null, string? Error = null, string? Cause = null);

/// <summary>What came of an answer or a sign of life.</summary>
public enum TaskReception
{
    /// <summary>It was taken.</summary>
    Taken,

    /// <summary>No such task waits: it never did, it was given up, or its execution has ended.</summary>
    Unknown,

    /// <summary>The task has an answer already.</summary>
    Answered,
}

/// <summary>
/// Tasks that wait, in blobs. Each is one document that changes under its ETag, so that one worker takes it and one answer counts; an activity's
/// tasks have an empty blob each besides, named so that the oldest comes first.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="time">The clock.</param>
public sealed partial class WaitingTasks(BlobServiceClient blobs, TimeProvider time)
{
    private const int TriesToTake = 32;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Workflows);

    /// <summary>Whether a text has the form of a token.</summary>
    public static bool IsToken(string? text) => text is not null && Token.IsMatch(text);

    /// <summary>Gives a worker the oldest task of an activity that nobody has taken; null where there is none.</summary>
    public async Task<WaitingTask?> TakeAsync(string activity, string? worker, CancellationToken cancellationToken)
    {
        var tries = 0;
        await foreach (BlobItem blob in ListAsync(Queue(activity), cancellationToken))
        {
            var token = blob.Name[(blob.Name.LastIndexOf('-') + 1)..];
            var (task, etag) = await ReadAsync(token, cancellationToken);
            var taken = task is { Worker: null, Answer: null }
                ? task with { Worker = worker ?? "", AliveAt = time.GetUtcNow().UtcDateTime }
                : null;
            var isMine = taken is not null && await TryReplaceAsync(taken, etag, cancellationToken);
            await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            if (isMine)
            {
                return taken;
            }

            if (++tries == TriesToTake)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>The tasks of an activity that nobody has taken, oldest first.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public async Task<IReadOnlyList<WaitingTask>> WaitingAsync(string activity, int most, CancellationToken cancellationToken)
    {
        var waiting = new List<WaitingTask>();
        await foreach (BlobItem blob in ListAsync(Queue(activity), cancellationToken))
        {
            if (waiting.Count == most)
            {
                break;
            }

            if (await ReadAsync(blob.Name[(blob.Name.LastIndexOf('-') + 1)..], cancellationToken) is ({ Worker: null, Answer: null } task, _))
            {
                waiting.Add(task);
            }
        }

        return waiting;
    }

    /// <summary>Notes that a task's worker is alive.</summary>
    public Task<TaskReception> BeatAsync(string token, CancellationToken cancellationToken) =>
        ChangeAsync(token, task => task with { AliveAt = time.GetUtcNow().UtcDateTime }, cancellationToken);

    /// <summary>Ends a task. The first answer counts.</summary>
    public async Task<TaskReception> AnswerAsync(DurableTaskClient client, string token, TaskAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var reception = await ChangeAsync(token, task => task with { Answer = answer }, cancellationToken);
        if (reception != TaskReception.Unknown && await ReadAsync(token, cancellationToken) is ({ Answer: { } kept } task, _))
        {
            // Of an answer that is kept it is not known whether the execution has heard; hearing it twice does no harm.
            await client.RaiseEventAsync(task.InstanceId, OrchestrationHost.EventFor(token), kept, cancellationToken);
        }

        return reception;
    }

    internal async Task OpenAsync(WaitingTask task, CancellationToken cancellationToken)
    {
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

        // Done again after a crash, this must not take a task back from its worker.
        if (await Document(task.Token).TryCreateJsonAsync(JsonSerializer.SerializeToUtf8Bytes(task, JsonBlobs.Options), cancellationToken) || task.Activity is not null)
        {
            await AnnounceAsync(task, cancellationToken);
        }
    }

    internal async Task CloseAsync(string token, CancellationToken cancellationToken)
    {
        var (task, _) = await ReadAsync(token, cancellationToken);
        if (task?.Activity is not null)
        {
            await container.DeleteBlobIfExistsAsync(Announcement(task), cancellationToken: cancellationToken);
        }

        await Document(token).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    /// <summary>When the worker last gave a sign; now, where the task waits for a worker; null where there is no such task.</summary>
    internal async Task<DateTime?> LastSignAsync(string token, CancellationToken cancellationToken)
    {
        var (task, _) = await ReadAsync(token, cancellationToken);
        return task is { Activity: not null, Worker: null } ? time.GetUtcNow().UtcDateTime : task?.AliveAt;
    }

    private static string Queue(string activity) => $"activities/{activity}/";

    private static string Announcement(WaitingTask task) =>
        string.Create(CultureInfo.InvariantCulture, $"{Queue(task.Activity!)}{task.OpenedAt.Ticks:D19}-{task.Token}");

    private Task AnnounceAsync(WaitingTask task, CancellationToken cancellationToken) => task.Activity is null
        ? Task.CompletedTask
        : container.GetBlobClient(Announcement(task)).UploadAsync(new BinaryData(""), overwrite: true, cancellationToken);

    private async Task<TaskReception> ChangeAsync(string token, Func<WaitingTask, WaitingTask> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (task, etag) = await ReadAsync(token, cancellationToken);
            if (task is null)
            {
                return TaskReception.Unknown;
            }

            if (task.Answer is not null)
            {
                return TaskReception.Answered;
            }

            // Whoever changed it meanwhile gave a sign or an answer, which the next look shows.
            if (await TryReplaceAsync(change(task), etag, cancellationToken))
            {
                return TaskReception.Taken;
            }
        }
    }

    private Task<(WaitingTask? Task, ETag ETag)> ReadAsync(string token, CancellationToken cancellationToken) =>
        Document(token).ReadJsonWithETagAsync<WaitingTask>(cancellationToken);

    private async Task<bool> TryReplaceAsync(WaitingTask task, ETag current, CancellationToken cancellationToken) =>
        await Document(task.Token).TryReplaceJsonAsync(task, current, cancellationToken) is not null;

    private async IAsyncEnumerable<BlobItem> ListAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var listing = container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(listing))
        {
            yield return listing.Current;
        }

        // Before the first execution there is no container, and so no task.
        static async Task<bool> MoveAsync(IAsyncEnumerator<BlobItem> listing)
        {
            try
            {
                return await listing.MoveNextAsync();
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                return false;
            }
        }
    }

    private BlobClient Document(string token) => container.GetBlobClient($"tasks/{token}.json");

    [GeneratedRegex("^[0-9a-f]{32}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token { get; }
}

using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Why an uploaded pipeline started no run.</summary>
/// <param name="Title">In a sentence.</param>
/// <param name="Errors">Everything that is wrong with it.</param>
public sealed record UploadErrors(string Title, IReadOnlyList<PipelineError> Errors);

/// <summary>
/// Starts runs of pipelines that are uploaded as <c>raw/{dataset}/pipeline.json</c>, one for each content. What is wrong with one is left
/// beside it, as <c>pipeline.json.errors</c>, since nobody waits for an answer.
/// </summary>
/// <param name="starter">Starts runs.</param>
/// <param name="blobs">The data account.</param>
/// <param name="time">The clock.</param>
public sealed class UploadedPipelines(RunStarter starter, BlobServiceClient blobs, TimeProvider time)
{
    private const string File = "pipeline.json";
    private const string ErrorsSuffix = ".errors";
    private const int LongestName = 30;

    // The trigger is left the first word; and who has waited for a day does not wait any more.
    private static readonly TimeSpan Youngest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(1);

    /// <summary>Starts the run of an uploaded pipeline, unless its content has started one before.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="dataset">The folder that it was uploaded to.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<RunStart> TakeAsync(DurableTaskClient client, string dataset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(dataset);
        BlobContainerClient raw = blobs.GetBlobContainerClient(DataContainers.Raw);
        await using Stream stream = await raw.GetBlobClient($"{dataset}/{File}").OpenReadAsync(cancellationToken: cancellationToken);
        RunStart start;
        if (await BoundedContent.ReadAsync(stream, PipelineReader.MaxBytes, cancellationToken) is { } content)
        {
            start = await starter.StartAsync(client, content, RunIdFor(dataset, content.Span), cancellationToken);
        }
        else
        {
            start = new RunStart(null, [new PipelineError("$", $"is {stream.Length} bytes long; a pipeline has at most {PipelineReader.MaxBytes}")], Existed: false);
        }

        BlobClient answer = raw.GetBlobClient($"{dataset}/{File}{ErrorsSuffix}");
        if (start.Errors.Count == 0)
        {
            await answer.DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
        else
        {
            await answer.WriteJsonAsync(new UploadErrors("The pipeline is not valid, so no run was started.", start.Errors), cancellationToken);
        }

        return start;
    }

    /// <summary>
    /// Takes the pipelines of the last day that the blob trigger has missed. From version 5.3.8 on it skips blobs that change while it lists
    /// the container (Azure/azure-sdk-for-net#62763); where storage writes no logs of accesses, it never finds them.
    /// </summary>
    /// <param name="client">The task hub.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>What came of those, by dataset.</returns>
    public async Task<IReadOnlyDictionary<string, RunStart>> TakeMissedAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var taken = new Dictionary<string, RunStart>(StringComparer.Ordinal);
        BlobContainerClient raw = blobs.GetBlobContainerClient(DataContainers.Raw);
        try
        {
            await foreach (BlobHierarchyItem folder in raw.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix: null, cancellationToken))
            {
                if (folder.IsPrefix && await TakeIfMissedAsync(client, raw, folder.Prefix.TrimEnd('/'), cancellationToken) is { } start)
                {
                    taken[folder.Prefix.TrimEnd('/')] = start;
                }
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing was uploaded yet.
        }

        return taken;
    }

    /// <summary>The content decides: the same pipeline for the same dataset starts one run, however often it is uploaded or touched.</summary>
    public static string RunIdFor(string dataset, ReadOnlySpan<byte> pipeline)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        string version = Convert.ToHexStringLower(SHA256.HashData(pipeline));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{dataset}/{version}")))[..12];
        string name = string.Concat(dataset.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')).TrimStart('-');
        return name.Length == 0 ? hash : $"{name[..Math.Min(name.Length, LongestName)]}-{hash}";
    }

    private async Task<RunStart?> TakeIfMissedAsync(DurableTaskClient client, BlobContainerClient raw, string dataset, CancellationToken cancellationToken)
    {
        DateTimeOffset? uploaded = await ModifiedAsync(raw.GetBlobClient($"{dataset}/{File}"), cancellationToken);
        if (uploaded is null || time.GetUtcNow() - uploaded < Youngest || time.GetUtcNow() - uploaded > Oldest)
        {
            return null;
        }

        if (await ModifiedAsync(raw.GetBlobClient($"{dataset}/{File}{ErrorsSuffix}"), cancellationToken) >= uploaded)
        {
            // It has its answer.
            return null;
        }

        return await TakeAsync(client, dataset, cancellationToken) is { Existed: false } start ? start : null;
    }

    private static async Task<DateTimeOffset?> ModifiedAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.LastModified;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}

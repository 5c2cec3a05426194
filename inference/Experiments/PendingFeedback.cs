using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Registry;

namespace DurableMl.Inference.Experiments;

/// <summary>Labels that wait for the instance which answered their request: <c>{model}/feedback/{SHA-256 of the request's id}.json</c>.</summary>
internal sealed class PendingFeedback(ModelRegistry registry)
{
    private const int Attempts = 3;
    private const int MaxBytes = 64 << 10;
    private const int PageSize = 5000;

    /// <summary>Stores labels; doing so again with the same labels changes nothing.</summary>
    /// <returns>False: other labels of the same request wait already.</returns>
    public async Task<bool> TryAddAsync(string model, PendingLabels labels, CancellationToken cancellationToken)
    {
        BlobClient blob = registry.Container.GetBlobClient($"{Prefix(model)}{RequestKey.Of(labels.Id)}.json");
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (await ModelRegistry.TryReplaceAsync(blob, labels, default, cancellationToken) is not null)
            {
                return true;
            }

            (PendingLabels? waiting, _) = await ModelRegistry.ReadAsync<PendingLabels>(blob, cancellationToken);
            if (waiting is not null)
            {
                return waiting.Labels.SequenceEqual(labels.Labels);
            }

            // Taken between the two calls: these are stored anew, and whoever took the others sees that they come again.
        }

        return false;
    }

    /// <summary>What waits, in the order of the names.</summary>
    /// <param name="model">The model.</param>
    /// <param name="from">Where the listing before stopped; null to begin.</param>
    /// <param name="limit">About how many to list at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What was found, and where the next listing goes on; null at the end.</returns>
    public async Task<(List<BlobItem> Waiting, string? Next)> ListAsync(string model, string? from, int limit, CancellationToken cancellationToken)
    {
        var waiting = new List<BlobItem>();
        try
        {
            AsyncPageable<BlobItem> blobs = registry.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix(model), cancellationToken);
            await foreach (Page<BlobItem> page in blobs.AsPages(from, Math.Min(limit, PageSize)))
            {
                waiting.AddRange(page.Values);
                if (waiting.Count >= limit && !string.IsNullOrEmpty(page.ContinuationToken))
                {
                    return (waiting, page.ContinuationToken);
                }
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // No model was ever published: there is no container yet.
        }

        return (waiting, null);
    }

    /// <summary>The request that a listed blob is about; null for a blob that somebody else put there.</summary>
    public static RequestKey? KeyOf(BlobItem blob)
    {
        ReadOnlySpan<char> file = blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1);
        return file.EndsWith(".json") && RequestKey.TryParse(file[..^".json".Length], out RequestKey key) ? key : null;
    }

    /// <summary>Takes labels away and returns them; null if somebody else was faster.</summary>
    /// <exception cref="InvalidDataException">The blob does not hold labels; it is still there.</exception>
    public async Task<PendingLabels?> TakeAsync(BlobItem blob, CancellationToken cancellationToken)
    {
        if (blob.Properties.ContentLength > MaxBytes)
        {
            throw new InvalidDataException($"'{blob.Name}' is larger than {MaxBytes} bytes.");
        }

        (PendingLabels? labels, ETag etag) = await ModelRegistry.ReadAsync<PendingLabels>(registry.Container.GetBlobClient(blob.Name), cancellationToken);
        return labels is not null && await RemoveAsync(blob.Name, etag, cancellationToken) ? labels : null;
    }

    /// <summary>Removes labels unread. False if somebody else was faster.</summary>
    public Task<bool> RemoveAsync(BlobItem blob, CancellationToken cancellationToken) =>
        RemoveAsync(blob.Name, blob.Properties.ETag ?? ETag.All, cancellationToken);

    private async Task<bool> RemoveAsync(string name, ETag etag, CancellationToken cancellationToken)
    {
        try
        {
            await registry.Container.GetBlobClient(name).DeleteAsync(DeleteSnapshotsOption.None, new() { IfMatch = etag }, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }
    }

    private static string Prefix(string model) => ModelBlobs.Prefix(model) + "feedback/";

    /// <param name="Id">The request's id.</param>
    /// <param name="Labels">The true class of each of its examples.</param>
    internal sealed record PendingLabels(string Id, IReadOnlyList<long> Labels);
}

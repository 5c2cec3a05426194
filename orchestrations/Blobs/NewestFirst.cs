using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Blobs;

/// <summary>
/// A list of what was started: an empty blob for each, named so that the newest comes first, with what a list shows in its metadata. A page
/// costs one call, however many there are; a task hub can only be walked whole.
/// </summary>
/// <param name="container">Where the blobs lie.</param>
internal sealed class NewestFirst(BlobContainerClient container)
{
    /// <summary>A page of a list.</summary>
    /// <param name="folder">What the names begin with; ends with <c>/</c>.</param>
    /// <param name="continuationToken">What the page before said; null for the first.</param>
    /// <param name="pageSize">Entries on a page, 1 to 5000.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    /// <returns>The entries, and where the next page begins; null on the last.</returns>
    public async Task<(IReadOnlyList<StartedEntry> Entries, string? ContinuationToken)> PageAsync(
        string folder, string? continuationToken, int pageSize, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (Page<BlobItem> page in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, folder, cancellationToken).AsPages(continuationToken, pageSize))
            {
                return ([.. page.Values.Select(StartedEntry.Of)], page.ContinuationToken is { Length: > 0 } next ? next : null);
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing has run yet.
        }

        return ([], null);
    }

    /// <summary>All entries below a folder, of any depth.</summary>
    public IAsyncEnumerable<StartedEntry> AllAsync(string folder, CancellationToken cancellationToken) =>
        container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, folder, cancellationToken).Select(StartedEntry.Of);

    /// <summary>Puts something on a list, or changes what is said of it.</summary>
    public Task WriteAsync(string folder, string id, DateTime startedAt, IDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        container.GetBlobClient(Name(folder, id, startedAt)).UploadAsync(new BinaryData(""), new BlobUploadOptions { Metadata = metadata }, cancellationToken);

    /// <summary>Takes something off a list, if it is on it.</summary>
    public Task RemoveAsync(string folder, string id, DateTime startedAt, CancellationToken cancellationToken) =>
        container.DeleteBlobIfExistsAsync(Name(folder, id, startedAt), cancellationToken: cancellationToken);

    private static string Name(string folder, string id, DateTime startedAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder}{DateTime.MaxValue.Ticks - startedAt.Ticks:D19}-{id}");
}

/// <summary>An entry of such a list.</summary>
/// <param name="Folder">The list.</param>
/// <param name="Id">What was started.</param>
/// <param name="StartedAt">When, UTC.</param>
/// <param name="ChangedAt">When the entry was last written.</param>
/// <param name="Metadata">What a list shows of it.</param>
internal sealed record StartedEntry(string Folder, string Id, DateTime StartedAt, DateTimeOffset? ChangedAt, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The entry that a blob is.</summary>
    public static StartedEntry Of(BlobItem blob)
    {
        int start = blob.Name.LastIndexOf('/') + 1;
        int dash = blob.Name.IndexOf('-', start);
        long ticks = long.Parse(blob.Name.AsSpan(start..dash), CultureInfo.InvariantCulture);
        return new StartedEntry(
            blob.Name[..start],
            blob.Name[(dash + 1)..],
            new DateTime(DateTime.MaxValue.Ticks - ticks, DateTimeKind.Utc),
            blob.Properties.LastModified,
            new Dictionary<string, string>(blob.Metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal));
    }
}

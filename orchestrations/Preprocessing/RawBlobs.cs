using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>A blob of raw data, as it was when the dataset was planned.</summary>
/// <param name="Container">Its container.</param>
/// <param name="Blob">Its name.</param>
/// <param name="Path">Its name below its source.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Md5">Its MD5 in hexadecimal; null where storage keeps none.</param>
internal sealed record RawBlob(string Container, string Blob, string Path, string ETag, long Bytes, string? Md5)
{
    /// <summary>The number of its source.</summary>
    public int Source { get; init; }

    /// <summary>Its name, for messages.</summary>
    public string Place => $"{Container}/{Blob}";
}

/// <summary>Finds the raw data of a dataset: what lies in its source folders, and what was fetched from elsewhere.</summary>
internal static class RawBlobs
{
    /// <summary>The most blobs of a dataset of tables or arrays.</summary>
    public const int Most = 10_000;

    private const string Pipeline = "pipeline.json";

    /// <summary>All raw blobs, source by source, by name; without the pipeline that a folder may hold, what was wrong with it, and what no person put there.</summary>
    /// <exception cref="DatasetFormatException">A source is empty, or all together hold too many.</exception>
    public static async Task<IReadOnlyList<RawBlob>> ListAsync(BlobServiceClient blobs, PlanDatasetInput input, CancellationToken cancellationToken, int most = Most)
    {
        if (input.Prepared is null && input.StepsDone > 0)
        {
            return await ReadListAsync(blobs, DatasetBlobs.StepOutput(input.Dataset.Name, input.RunId, input.StepsDone - 1), cancellationToken);
        }

        IReadOnlyList<DatasetSource> sources = input.Prepared is { } prepared ? [new BlobSource(prepared)] : input.Dataset.Sources;
        var all = new List<RawBlob>();
        foreach ((int i, DatasetSource source) in sources.Index())
        {
            int before = all.Count;
            IAsyncEnumerable<RawBlob> found = source is BlobSource folder
                ? FolderAsync(blobs, folder.Prefix, cancellationToken)
                : FetchedAsync(blobs, input, i, cancellationToken);
            await foreach (RawBlob blob in found.WithCancellation(cancellationToken))
            {
                if (!IsData(blob.Path))
                {
                    continue;
                }

                if (all.Count == most)
                {
                    throw new DatasetFormatException(input.Dataset.Place, $"at most {most} files", "more");
                }

                all.Add(blob with { Source = i });
            }

            if (all.Count == before)
            {
                throw new DatasetFormatException(source.Place, "a folder with the dataset's raw files", "none");
            }
        }

        return all;
    }

    /// <summary>Whether a folder's file is no data but its pipeline, or what was wrong with that.</summary>
    public static bool IsPipeline(string path) => path is Pipeline or Pipeline + ".errors";

    /// <summary>Whether a file is data, and neither its pipeline nor what desktops and archives add to folders by themselves.</summary>
    public static bool IsData(string path) => !IsPipeline(path) && !IsOfAMachine(path);

    // What desktops and archives add to folders by themselves; the CLI uploads nothing that begins with a dot either.
    private static bool IsOfAMachine(string path) => path.Split('/').Any(part => part is ['.', ..] or "__MACOSX" or "Thumbs.db" or "desktop.ini");

    /// <summary>What a listing says of a blob.</summary>
    public static RawBlob Of(string container, string name, string path, ETag etag, long bytes, byte[]? md5) =>
        new(container, name, path, etag.ToString(), bytes, md5 is { Length: > 0 } ? Convert.ToHexStringLower(md5) : null);

    private static async IAsyncEnumerable<RawBlob> FolderAsync(
        BlobServiceClient blobs, string source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int slash = source.IndexOf('/', StringComparison.Ordinal);
        BlobContainerClient container = blobs.GetBlobContainerClient(source[..slash]);
        string prefix = source[(slash + 1)..];
        await using IAsyncEnumerator<BlobItem> found =
            container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync())
        {
            BlobItemProperties properties = found.Current.Properties;
            yield return Of(
                container.Name, found.Current.Name, found.Current.Name[prefix.Length..], properties.ETag!.Value, properties.ContentLength ?? 0, properties.ContentHash);
        }

        async Task<bool> NextAsync()
        {
            try
            {
                return await found.MoveNextAsync();
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                throw new DatasetFormatException(source, "a folder with the dataset's raw files", $"no container '{container.Name}'");
            }
        }
    }

    private static async IAsyncEnumerable<RawBlob> FetchedAsync(
        BlobServiceClient blobs, PlanDatasetInput input, int source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (RawBlob blob in await ReadListAsync(blobs, DatasetBlobs.Fetched(input.Dataset.Name, input.RunId, source), cancellationToken))
        {
            yield return blob;
        }
    }

    private static async Task<RawBlob[]> ReadListAsync(BlobServiceClient blobs, string name, CancellationToken cancellationToken) =>
        await blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(name).ReadJsonAsync<RawBlob[]>(cancellationToken)
        ?? throw new InvalidDataException($"{name} is not there any more.");
}

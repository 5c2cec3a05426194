using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Finds the raw files of a dataset in its source folder; of IDX the four, by the names that MNIST and its successors use.</summary>
internal static class RawFolder
{
    private const int MaxBlobs = 10_000;

    /// <summary>All blobs of a source folder, by name.</summary>
    /// <exception cref="DatasetFormatException">The folder is empty, or holds too many.</exception>
    public static async Task<(BlobContainerClient Container, IReadOnlyList<BlobItem> Blobs)> ListAsync(
        BlobServiceClient blobs, string source, CancellationToken cancellationToken, int most = MaxBlobs)
    {
        int slash = source.IndexOf('/', StringComparison.Ordinal);
        BlobContainerClient container = blobs.GetBlobContainerClient(source[..slash]);
        string prefix = source[(slash + 1)..];
        var found = new List<BlobItem>();
        try
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
            {
                if (found.Count == most)
                {
                    throw new DatasetFormatException(source, $"at most {most} blobs", "more");
                }

                found.Add(blob);
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new DatasetFormatException(source, "a folder with the dataset's raw files", $"no container '{container.Name}'");
        }

        return found.Count > 0 ? (container, found) : throw new DatasetFormatException(source, "a folder with the dataset's raw files", "no blobs");
    }

    /// <summary>The training and the test files.</summary>
    /// <param name="blobs">The data account.</param>
    /// <param name="source">Container and folder, such as <c>raw/mnist/</c>.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <exception cref="DatasetFormatException">The folder is empty, or a file is missing or there twice.</exception>
    public static async Task<(RawPair Train, RawPair Test, IReadOnlyList<BlobItem> Blobs)> FindAsync(
        BlobServiceClient blobs, string source, CancellationToken cancellationToken)
    {
        (BlobContainerClient container, IReadOnlyList<BlobItem> found) = await ListAsync(blobs, source, cancellationToken);
        BlobItem[] chosen = [Pick(found, source, test: false, labels: false), Pick(found, source, test: false, labels: true), Pick(found, source, test: true, labels: false), Pick(found, source, test: true, labels: true)];
        RawFile[] files = await Task.WhenAll(chosen.Select((blob, i) => IdxBlob.InspectAsync(container.GetBlobClient(blob.Name), labels: i % 2 == 1, cancellationToken)));
        return (Pair(files[0], files[1]), Pair(files[2], files[3]), chosen);
    }

    private static BlobItem Pick(IReadOnlyList<BlobItem> blobs, string source, bool test, bool labels)
    {
        string content = labels ? "labels" : "images";
        string[] sets = test ? ["t10k", "test"] : ["train"];
        BlobItem[] matches = [.. blobs.Where(blob => Matches(blob.Name[(blob.Name.LastIndexOf('/') + 1)..], sets, content))];
        return matches.Length == 1
            ? matches[0]
            : throw new DatasetFormatException(
                source,
                $"one blob named {string.Join(" or ", sets.Select(set => $"{set}-{content}…"))}",
                matches.Length == 0 ? "none" : string.Join(", ", matches.Select(blob => blob.Name)));
    }

    private static bool Matches(string name, string[] sets, string content) =>
        sets.Any(set => name.StartsWith(set + "-", StringComparison.OrdinalIgnoreCase) && name.AsSpan(set.Length + 1).StartsWith(content, StringComparison.OrdinalIgnoreCase));

    private static RawPair Pair(RawFile features, RawFile labels) =>
        features.Dimensions[0] == labels.Dimensions[0]
            ? new RawPair(features, labels)
            : throw new DatasetFormatException(
                $"{labels.Container}/{labels.Blob}", $"{features.Dimensions[0]} labels, as {features.Blob} has examples", $"{labels.Dimensions[0]}");
}

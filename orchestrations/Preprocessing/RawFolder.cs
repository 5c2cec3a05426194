using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Finds the raw files of a dataset in its source folder; of arrays the four, by the names that MNIST and Keras use.</summary>
internal static class RawFolder
{
    private const int MaxBlobs = 10_000;
    private const int MaxArchives = 16;
    private const int MaxNamed = 10;

    /// <summary>The pipeline that a folder may hold beside its data.</summary>
    public const string Pipeline = "pipeline.json";

    /// <summary>Whether a blob of a source is its pipeline, or what was wrong with one, and so no data.</summary>
    public static bool IsPipeline(string source, BlobContainerClient container, BlobItem blob) =>
        $"{container.Name}/{blob.Name}" is var name && (name == source + Pipeline || name == $"{source}{Pipeline}.errors");

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
        IReadOnlyList<Candidate> all = await UnpackAsync(container, found, source, cancellationToken);
        Candidate[] chosen =
        [
            Pick(all, source, ["train-images", "train-features", "x_train"]), Pick(all, source, ["train-labels", "y_train"]),
            Pick(all, source, ["t10k-images", "test-images", "test-features", "x_test"]), Pick(all, source, ["t10k-labels", "test-labels", "y_test"]),
        ];
        RawFile[] files = await Task.WhenAll(chosen.Select(
            (one, i) => ArrayBlob.InspectAsync(container.GetBlobClient(one.Blob.Name), one.Entry, labels: i % 2 == 1, cancellationToken)));
        return (Pair(files[0], files[1]), Pair(files[2], files[3]), [.. chosen.Select(one => one.Blob)]);
    }

    // An archive stands for the arrays in it.
    private static async Task<IReadOnlyList<Candidate>> UnpackAsync(
        BlobContainerClient container, IReadOnlyList<BlobItem> blobs, string source, CancellationToken cancellationToken)
    {
        BlobItem[] archives = [.. blobs.Where(blob => IsArchive(blob.Name))];
        if (archives.Length > MaxArchives)
        {
            throw new DatasetFormatException(source, $"at most {MaxArchives} archives", $"{archives.Length}");
        }

        List<Candidate> all = [.. blobs.Except(archives).Select(blob => new Candidate(blob, null))];
        foreach (BlobItem archive in archives)
        {
            IReadOnlyList<string> entries = await ArrayBlob.EntriesAsync(container.GetBlobClient(archive.Name), archive.Properties.ETag!.Value, cancellationToken);
            all.AddRange(entries.Select(entry => new Candidate(archive, entry)));
        }

        return all;
    }

    private static bool IsArchive(string name) =>
        name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private static Candidate Pick(IReadOnlyList<Candidate> all, string source, string[] names)
    {
        Candidate[] matches = [.. all.Where(one => names.Any(name => one.FileName.StartsWith(name, StringComparison.OrdinalIgnoreCase)))];
        return matches.Length == 1
            ? matches[0]
            : throw new DatasetFormatException(
                source,
                $"one array named {string.Join(" or ", names.Select(name => name + "…"))}",
                matches.Length == 0 ? "none" : string.Join(", ", matches.Take(MaxNamed).Select(one => RawFile.Name("", one.Blob.Name, one.Entry)[1..])));
    }

    private static RawPair Pair(RawFile features, RawFile labels) =>
        features.Header.Count == labels.Header.Count
            ? new RawPair(features, labels)
            : throw new DatasetFormatException(labels.Place, $"{features.Header.Count} labels, as {features.Place} has examples", $"{labels.Header.Count}");

    private readonly record struct Candidate(BlobItem Blob, string? Entry)
    {
        public string FileName => Path.GetFileName(Entry ?? Blob.Name);
    }
}

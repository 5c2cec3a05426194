using Azure;
using Azure.Storage.Blobs;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Features and labels of the same examples, in the same order.</summary>
/// <param name="Features">The features.</param>
/// <param name="Labels">The labels.</param>
public sealed record RawPair(RawFile Features, RawFile Labels);

/// <summary>The arrays of a dataset, told by the names that MNIST and Keras use: of each source at most one of each kind.</summary>
/// <param name="Train">Training examples and labels, pair by pair.</param>
/// <param name="Test">Those of the test.</param>
/// <param name="Blobs">The blobs that they lie in.</param>
internal sealed record RawArrays(IReadOnlyList<RawPair> Train, IReadOnlyList<RawPair> Test, IReadOnlyList<RawBlob> Blobs)
{
    private const int MaxArchives = 16;
    private const int MaxNamed = 10;

    private static readonly string[][] Names =
    [
        ["train-images", "train-features", "x_train"], ["train-labels", "y_train"],
        ["t10k-images", "test-images", "test-features", "x_test"], ["t10k-labels", "test-labels", "y_test"],
    ];

    /// <summary>Finds them. With several sources the first features belong to the first labels, and so on.</summary>
    /// <exception cref="DatasetFormatException">A file is missing or there twice, is no such array, or does not fit its labels.</exception>
    public static async Task<RawArrays> FindAsync(BlobServiceClient blobs, PlanDatasetInput input, CancellationToken cancellationToken)
    {
        IReadOnlyList<RawBlob> found = await RawBlobs.ListAsync(blobs, input, cancellationToken);
        string place = input.Prepared ?? input.Dataset.Place;
        IReadOnlyList<Candidate> all = await UnpackAsync(blobs, found, place, cancellationToken);
        Candidate[][] chosen = [.. Names.Select(names => Pick(all, place, names))];
        RawFile[][] files = new RawFile[chosen.Length][];
        for (int kind = 0; kind < files.Length; kind++)
        {
            bool areLabels = kind % 2 == 1;
            files[kind] = await Task.WhenAll(chosen[kind].Select(one => ArrayBlob.InspectAsync(
                blobs.GetBlobContainerClient(one.Blob.Container).GetBlobClient(one.Blob.Blob), one.Entry, areLabels, cancellationToken)));
        }

        return new RawArrays(
            Pair(files[0], files[1], place, Names[1]), Pair(files[2], files[3], place, Names[3]), [.. chosen.SelectMany(kind => kind).Select(one => one.Blob)]);
    }

    // An archive stands for the arrays in it.
    private static async Task<IReadOnlyList<Candidate>> UnpackAsync(
        BlobServiceClient blobs, IReadOnlyList<RawBlob> found, string place, CancellationToken cancellationToken)
    {
        if (found.Count(blob => IsArchive(blob.Path)) is > MaxArchives and var archives)
        {
            throw new DatasetFormatException(place, $"at most {MaxArchives} archives", $"{archives}");
        }

        var all = new List<Candidate>();
        foreach (RawBlob blob in found)
        {
            if (!IsArchive(blob.Path))
            {
                all.Add(new Candidate(blob, null));
                continue;
            }

            IReadOnlyList<string> entries = await ArrayBlob.EntriesAsync(
                blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Blob), new ETag(blob.ETag), cancellationToken);
            all.AddRange(entries.Select(entry => new Candidate(blob, entry)));
        }

        return all;
    }

    private static bool IsArchive(string name) =>
        name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private static Candidate[] Pick(IReadOnlyList<Candidate> all, string place, string[] names)
    {
        Candidate[] matches = [.. all.Where(one => names.Any(name => one.FileName.StartsWith(name, StringComparison.OrdinalIgnoreCase)))];
        bool isOneOfEach = matches.Length == matches.DistinctBy(one => one.Blob.Source).Count();
        return matches.Length > 0 && isOneOfEach
            ? matches
            : throw new DatasetFormatException(
                place,
                $"one array named {Choice(names)}",
                matches.Length == 0 ? "none" : string.Join(", ", matches.Take(MaxNamed).Select(one => RawFile.Name("", one.Blob.Blob, one.Entry)[1..])));
    }

    private static RawPair[] Pair(RawFile[] features, RawFile[] labels, string place, string[] names)
    {
        if (features.Length != labels.Length)
        {
            throw new DatasetFormatException(place, $"{features.Length} arrays named {Choice(names)}, one for each array of examples", $"{labels.Length}");
        }

        return [.. features.Zip(labels, (of, are) => of.Header.Count == are.Header.Count
            ? new RawPair(of, are)
            : throw new DatasetFormatException(are.Place, $"{of.Header.Count} labels, as {of.Place} has examples", $"{are.Header.Count}"))];
    }

    private static string Choice(string[] names) => string.Join(" or ", names.Select(name => name + "…"));

    private readonly record struct Candidate(RawBlob Blob, string? Entry)
    {
        public string FileName => Path.GetFileName(Entry ?? Blob.Path);
    }
}

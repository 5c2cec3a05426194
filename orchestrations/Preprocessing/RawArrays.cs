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
    private const int CheckedBytes = 32 << 20;

    private static readonly string[][] Names =
    [
        ["train-images", "train-features", "x_train"], ["train-labels", "y_train"],
        ["t10k-images", "test-images", "test-features", "x_test"], ["t10k-labels", "test-labels", "y_test"],
    ];

    /// <summary>What could not be read and is left out.</summary>
    public IReadOnlyList<FailedItem> Failed { get; init; } = [];

    /// <summary>Finds them. With several sources the first features belong to the first labels, and so on.</summary>
    /// <exception cref="DatasetFormatException">A file is missing or there twice, is no such array, or does not fit its labels.</exception>
    public static async Task<RawArrays> FindAsync(BlobServiceClient blobs, PlanDatasetInput input, CancellationToken cancellationToken)
    {
        IReadOnlyList<RawBlob> found = await RawBlobs.ListAsync(blobs, input, cancellationToken);
        string place = input.Prepared ?? input.Dataset.Place;
        // What was made here is whole, and its limit was another's.
        var reading = new Reading(blobs, input.Prepared is null ? input.Dataset.MaxFailedItems : 0);
        IReadOnlyList<Candidate> all = await UnpackAsync(reading, found, place, cancellationToken);
        Candidate[][] chosen = [.. Names.Select(names => Pick(all, place, names))];
        IReadOnlyList<RawPair> train = await PairAsync(reading, chosen[0], chosen[1], place, Names[1], cancellationToken);
        IReadOnlyList<RawPair> test = await PairAsync(reading, chosen[2], chosen[3], place, Names[3], cancellationToken);
        FailedItems.Check(reading.Failed, reading.Limit);
        return train.Count > 0 && test.Count > 0
            ? new RawArrays(train, test, [.. chosen.SelectMany(kind => kind).Select(one => one.Blob)]) { Failed = reading.Failed }
            : throw new DatasetFormatException(place, "arrays to train on and for the test", "none that can be read");
    }

    // An archive stands for the arrays in it.
    private static async Task<IReadOnlyList<Candidate>> UnpackAsync(
        Reading reading, IReadOnlyList<RawBlob> found, string place, CancellationToken cancellationToken)
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

            IReadOnlyList<string>? entries = await reading.TryAsync(
                blob.Place, () => ArrayBlob.EntriesAsync(reading.Blob(blob), new ETag(blob.ETag), cancellationToken));
            all.AddRange((entries ?? []).Select(entry => new Candidate(blob, entry)));
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

    private static async Task<IReadOnlyList<RawPair>> PairAsync(
        Reading reading, Candidate[] features, Candidate[] labels, string place, string[] names, CancellationToken cancellationToken)
    {
        if (features.Length != labels.Length)
        {
            throw new DatasetFormatException(place, $"{features.Length} arrays named {Choice(names)}, one for each array of examples", $"{labels.Length}");
        }

        var pairs = new List<RawPair>();
        foreach ((Candidate of, Candidate are) in features.Zip(labels))
        {
            if (await reading.TryAsync(of.Blob.Place, () => PairAsync(reading, of, are, cancellationToken)) is { } pair)
            {
                pairs.Add(pair);
            }
        }

        return pairs;
    }

    private static async Task<RawPair> PairAsync(Reading reading, Candidate features, Candidate labels, CancellationToken cancellationToken)
    {
        RawFile[] files = await Task.WhenAll(
            ArrayBlob.InspectAsync(reading.Blob(features.Blob), features.Entry, labels: false, cancellationToken),
            ArrayBlob.InspectAsync(reading.Blob(labels.Blob), labels.Entry, labels: true, cancellationToken));
        (RawFile of, RawFile are) = (files[0], files[1]);
        if (of.Header.Count != are.Header.Count)
        {
            throw new DatasetFormatException(are.Place, $"{of.Header.Count} labels, as {of.Place} has examples", $"{are.Header.Count}");
        }

        // Read to its end before anything depends on it: a file that is left out is left out whole.
        if (reading.Limit > 0)
        {
            await BlockExamples.LabelsAsync(reading.Blobs, are, 0, are.Header.Count, cancellationToken);
            int step = Math.Max(1, CheckedBytes / of.Header.ExampleBytes);
            for (int first = 0; first < of.Header.Count; first += step)
            {
                await BlockExamples.CheckAsync(reading.Blobs, of, first, Math.Min(step, of.Header.Count - first), cancellationToken);
            }
        }

        return new RawPair(of, are);
    }

    private static string Choice(string[] names) => string.Join(" or ", names.Select(name => name + "…"));

    /// <summary>Reads what may fail, up to a limit.</summary>
    private sealed class Reading(BlobServiceClient blobs, int limit)
    {
        public BlobServiceClient Blobs => blobs;

        public int Limit => limit;

        public List<FailedItem> Failed { get; } = [];

        public BlobClient Blob(RawBlob blob) => blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Blob);

        public async Task<T?> TryAsync<T>(string place, Func<Task<T>> read)
            where T : class
        {
            try
            {
                return await read();
            }
            catch (DatasetFormatException e) when (limit > 0)
            {
                Failed.Add(FailedItems.Of(place, e.Message));
                return null;
            }
        }
    }

    private readonly record struct Candidate(RawBlob Blob, string? Entry)
    {
        public string FileName => Path.GetFileName(Entry ?? Blob.Path);
    }
}

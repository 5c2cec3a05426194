using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing.Sources;
using Microsoft.Azure.Functions.Worker;
using nietras.SeparatedValues;

namespace DurableMl.Orchestrations.Preprocessing.Images;

/// <summary>What <see cref="PlanImages"/> found.</summary>
/// <param name="Fingerprint">SHA-256 over the raw blobs' identities and the settings, in hexadecimal.</param>
/// <param name="Existing">The dataset that the same inputs gave before; then there is nothing to do.</param>
/// <param name="Parts">Parts to decode.</param>
public sealed record PlannedImages(string Fingerprint, DatasetReference? Existing, int Parts) : IFilesPlan
{
    /// <inheritdoc/>
    public IReadOnlyList<UnpackArchiveInput> Archives { get; init; } = [];
}

/// <summary>The classes of a dataset of images, in the order of their numbers, and how it was divided.</summary>
/// <param name="Labels">The classes.</param>
/// <param name="IsTestGiven">Whether folders say which images are the test.</param>
internal sealed record ImageClasses(IReadOnlyList<string> Labels, bool IsTestGiven);

/// <summary>An image file, as it was when the dataset was planned.</summary>
/// <param name="Container">The blob's container.</param>
/// <param name="Blob">The blob's name.</param>
/// <param name="ETag">Its ETag; a later read of another version fails.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Class">The number of its class.</param>
/// <param name="Test">Whether it is of the test split.</param>
internal sealed record ImageItem(string Container, string Blob, string ETag, long Bytes, byte Class, bool Test);

/// <summary>Activity: looks at a folder of images, finds their classes and divides the work. It opens no image.</summary>
/// <param name="blobs">The data account.</param>
public sealed class PlanImages(BlobServiceClient blobs)
{
    private const int MaxImages = 1_000_000;
    private const int MaxClasses = 256;
    private const int MaxLabelsBytes = 64 << 20;
    private const int PartImages = 500;
    private const long PartPixels = 32 << 20;
    private const long PartBytes = 64 << 20;
    /// <summary>The table of a folder's labels, which is no image.</summary>
    internal const string LabelsFile = "labels.csv";

    /// <summary>Plans, and leaves the plan of each part in the run's staging folder.</summary>
    /// <param name="input">The run and the dataset.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The blobs do not show classes, or too few or too many of them.</exception>
    [Function(nameof(PlanImages))]
    public async Task<PlannedImages> RunAsync([ActivityTrigger] PlanDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetDefinition dataset = input.Dataset;
        (IReadOnlyList<RawBlob> files, IReadOnlyList<UnpackArchiveInput> archives) = await UnpackedFiles.ListAsync(blobs, input, MaxImages, cancellationToken);
        if (archives.Count > 0)
        {
            return new PlannedImages("", null, 0) { Archives = archives };
        }

        RawBlob[] found = [.. files.Where(blob => blob.Bytes > 0)];
        string fingerprint = InputFingerprint.Of(dataset, found);
        if (await InputFingerprint.FindExistingAsync(blobs, dataset.Name, fingerprint, cancellationToken) is { } existing)
        {
            return new PlannedImages(fingerprint, existing, 0);
        }

        RawBlob[] images = [.. found.Where(blob => blob.Path != LabelsFile)];
        Dictionary<int, Dictionary<string, string>> named = await ReadLabelsAsync(found, cancellationToken);
        string?[] splits = [.. images.Select(blob => SplitOf(blob.Path))];
        // Where there is no test folder, what people hold back for validation is what was never trained on.
        string heldBack = splits.Contains("test") ? "test" : "validation";
        bool isTestGiven = splits.Contains("train") && splits.Contains(heldBack) && !splits.Contains(null);
        string[] names = [.. images.Select(blob => ClassOf(blob, named.GetValueOrDefault(blob.Source), isTestGiven))];
        CheckNamed(found, images, named);
        string[] classes = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (classes.Length is < 2 or > MaxClasses)
        {
            throw new DatasetFormatException(dataset.Place, $"images of 2 to {MaxClasses} classes, a folder or a line of {LabelsFile} for each", $"{classes.Length}");
        }

        Dictionary<string, byte> numbers = classes.Index().ToDictionary(at => at.Item, at => (byte)at.Index, StringComparer.Ordinal);
        bool[] test = isTestGiven
            ? Array.ConvertAll(splits, split => split == heldBack)
            : Divide(images, names, dataset.Images!.TestFraction, dataset.Seed);
        ImageItem[] items = [.. images.Select((blob, i) =>
            new ImageItem(blob.Container, blob.Blob, blob.ETag, blob.Bytes, numbers[names[i]], test[i]))];
        int parts = await WritePartsAsync(input, items, cancellationToken);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.GetBlobClient(DatasetBlobs.Plan(dataset.Name, input.RunId)).WriteJsonAsync(new ImageClasses(classes, isTestGiven), cancellationToken);
        return new PlannedImages(fingerprint, null, parts);
    }

    private static string? SplitOf(string path) => path.ToLowerInvariant().Split('/') switch
    {
        ["train" or "training", _, ..] => "train",
        ["val" or "valid" or "validation", _, ..] => "validation",
        ["test" or "testing", _, ..] => "test",
        _ => null,
    };

    private static string ClassOf(RawBlob blob, Dictionary<string, string>? named, bool isTestGiven)
    {
        if (named is not null)
        {
            return named.GetValueOrDefault(blob.Path)
                ?? throw new DatasetFormatException(blob.Place, $"a line of {LabelsFile} that names '{blob.Path}'", "none");
        }

        string[] folders = blob.Path.Split('/')[..^1];
        return folders.Length > (isTestGiven ? 1 : 0)
            ? folders[^1]
            : throw new DatasetFormatException(blob.Place, $"images in folders that are named as their classes, or {LabelsFile} beside them", "an image outside of them");
    }

    // By a hash of the content: equal images are in one split, so that none leaks from training into the test, and new ones move no others.
    private static bool[] Divide(RawBlob[] images, string[] classes, double fraction, long seed)
    {
        var test = new bool[images.Length];
        foreach (IGrouping<string, int> members in Enumerable.Range(0, images.Length).GroupBy(i => classes[i], StringComparer.Ordinal))
        {
            (int Image, string Key)[] order = [.. members.Select(i => (i, Key(images[i], seed))).OrderBy(image => image.Item2, StringComparer.Ordinal)];
            int count = Math.Max(1, (int)Math.Round(order.Length * fraction, MidpointRounding.ToEven));
            for (int i = 0; i < order.Length && (i < count || order[i].Key == order[i - 1].Key); i++)
            {
                test[order[i].Image] = true;
            }
        }

        return test;
    }

    private static string Key(RawBlob blob, long seed) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{blob.Md5 ?? blob.Blob}")));

    private static void CheckNamed(RawBlob[] found, RawBlob[] images, Dictionary<int, Dictionary<string, string>> named)
    {
        foreach ((int source, Dictionary<string, string> labels) in named)
        {
            if (labels.Keys.Except(images.Where(blob => blob.Source == source).Select(blob => blob.Path), StringComparer.Ordinal).FirstOrDefault() is { } absent)
            {
                string place = found.First(blob => blob.Source == source && blob.Path == LabelsFile).Place;
                throw new DatasetFormatException(place, "names of images in the folder", $"'{absent}', which is not there");
            }
        }
    }

    /// <summary>The labels by source, of those that have a list of them.</summary>
    private async Task<Dictionary<int, Dictionary<string, string>>> ReadLabelsAsync(RawBlob[] found, CancellationToken cancellationToken)
    {
        var bySource = new Dictionary<int, Dictionary<string, string>>();
        foreach (RawBlob file in found.Where(blob => blob.Path == LabelsFile))
        {
            bySource[file.Source] = await ReadLabelsAsync(file, cancellationToken);
        }

        return bySource;
    }

    private async Task<Dictionary<string, string>> ReadLabelsAsync(RawBlob file, CancellationToken cancellationToken)
    {
        string place = file.Place;
        if (file.Bytes > MaxLabelsBytes)
        {
            throw new DatasetFormatException(place, $"at most {MaxLabelsBytes} bytes", $"{file.Bytes}");
        }

        BlobDownloadResult content = await blobs.GetBlobContainerClient(file.Container).GetBlobClient(file.Blob).DownloadContentAsync(cancellationToken);
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using SepReader reader = Sep.Reader(options => options with { Unescape = true, Trim = SepTrim.All }).From(content.Content.ToArray());
            if (!reader.Header.ColNames.Contains("name") || !reader.Header.ColNames.Contains("label"))
            {
                throw new DatasetFormatException(place, "a header with the columns name and label", string.Join(", ", reader.Header.ColNames));
            }

            foreach (SepReader.Row row in reader)
            {
                (string name, string label) = (row["name"].ToString(), row["label"].ToString());
                if (label.Length == 0 || !labels.TryAdd(name, label))
                {
                    throw new DatasetFormatException(place, $"one line with a label for '{name}'", label.Length == 0 ? "no label" : "two lines");
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            // Such as a column that is there twice.
            throw new DatasetFormatException(place, "a CSV file whose rows are as long as its header", e.Message);
        }

        return labels;
    }

    private async Task<int> WritePartsAsync(PlanDatasetInput input, ImageItem[] items, CancellationToken cancellationToken)
    {
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        int most = (int)Math.Clamp(PartPixels / input.Dataset.Images!.Form.Bytes, 1, PartImages);
        int parts = 0;
        for (int start = 0; start < items.Length; parts++)
        {
            (int end, long bytes) = (start, 0);
            while (end < items.Length && end - start < most && (end == start || bytes + items[end].Bytes <= PartBytes))
            {
                bytes += items[end++].Bytes;
            }

            await container.GetBlobClient(DatasetBlobs.ImagePart(input.Dataset.Name, input.RunId, parts)).WriteJsonAsync(items[start..end], cancellationToken);
            start = end;
        }

        return parts;
    }
}

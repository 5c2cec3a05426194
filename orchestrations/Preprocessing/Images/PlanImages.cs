using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;
using nietras.SeparatedValues;

namespace DurableMl.Orchestrations.Preprocessing.Images;

/// <summary>What <see cref="PlanImages"/> found.</summary>
/// <param name="Fingerprint">SHA-256 over the raw blobs' identities and the settings, in hexadecimal.</param>
/// <param name="Existing">The dataset that the same inputs gave before; then there is nothing to do.</param>
/// <param name="Parts">Parts to decode.</param>
public sealed record PlannedImages(string Fingerprint, DatasetReference? Existing, int Parts);

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
    private const string LabelsFile = "labels.csv";

    /// <summary>Plans, and leaves the plan of each part in the run's staging folder.</summary>
    /// <param name="input">The run and the dataset.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The blobs do not show classes, or too few or too many of them.</exception>
    [Function(nameof(PlanImages))]
    public async Task<PlannedImages> RunAsync([ActivityTrigger] PlanDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetDefinition dataset = input.Dataset;
        (BlobContainerClient raw, IReadOnlyList<BlobItem> all) = await RawFolder.ListAsync(blobs, dataset.Source, cancellationToken, MaxImages);
        BlobItem[] found = [.. all.Where(blob => !RawFolder.IsPipeline(dataset.Source, raw, blob) && blob.Properties.ContentLength > 0)];
        string fingerprint = InputFingerprint.Of(dataset, found);
        if (await InputFingerprint.FindExistingAsync(blobs, dataset.Name, fingerprint, cancellationToken) is { } existing)
        {
            return new PlannedImages(fingerprint, existing, 0);
        }

        int prefix = dataset.Source.Length - raw.Name.Length - 1;
        BlobItem? labels = found.FirstOrDefault(blob => blob.Name[prefix..] == LabelsFile);
        BlobItem[] images = [.. found.Where(blob => blob != labels)];
        Dictionary<string, string>? named = labels is null ? null : await ReadLabelsAsync(raw, labels, cancellationToken);
        bool isTestGiven = images.Length > 0 && images.All(blob => FirstFolder(blob.Name[prefix..]) is "train" or "test");
        string[] names = [.. images.Select(blob => ClassOf(blob.Name[prefix..], raw.Name, blob.Name, named, isTestGiven))];
        if (named is not null && named.Count > images.Length)
        {
            string absent = named.Keys.Except(images.Select(blob => blob.Name[prefix..]), StringComparer.Ordinal).First();
            throw new DatasetFormatException(dataset.Source + LabelsFile, "names of images in the folder", $"'{absent}', which is not there");
        }

        string[] classes = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (classes.Length is < 2 or > MaxClasses)
        {
            throw new DatasetFormatException(dataset.Source, $"images of 2 to {MaxClasses} classes, a folder or a line of {LabelsFile} for each", $"{classes.Length}");
        }

        Dictionary<string, byte> numbers = classes.Index().ToDictionary(at => at.Item, at => (byte)at.Index, StringComparer.Ordinal);
        bool[] test = isTestGiven
            ? [.. images.Select(blob => FirstFolder(blob.Name[prefix..]) == "test")]
            : Divide(images, names, dataset.Images!.TestFraction, dataset.Seed);
        ImageItem[] items = [.. images.Select((blob, i) =>
            new ImageItem(raw.Name, blob.Name, blob.Properties.ETag.ToString()!, blob.Properties.ContentLength ?? 0, numbers[names[i]], test[i]))];
        int parts = await WritePartsAsync(input, items, cancellationToken);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.GetBlobClient(DatasetBlobs.Plan(dataset.Name, input.RunId)).WriteJsonAsync(new ImageClasses(classes, isTestGiven), cancellationToken);
        return new PlannedImages(fingerprint, null, parts);
    }

    private static string? FirstFolder(string path) => path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? path[..slash] : null;

    private static string ClassOf(string path, string container, string blob, Dictionary<string, string>? named, bool isTestGiven)
    {
        if (named is not null)
        {
            return named.GetValueOrDefault(path)
                ?? throw new DatasetFormatException($"{container}/{blob}", $"a line of {LabelsFile} that names '{path}'", "none");
        }

        string[] folders = path.Split('/')[..^1];
        return folders.Length > (isTestGiven ? 1 : 0)
            ? folders[^1]
            : throw new DatasetFormatException($"{container}/{blob}", $"images in folders that are named as their classes, or {LabelsFile} beside them", "an image outside of them");
    }

    // By a hash of the content: equal images are in one split, so that none leaks from training into the test, and new ones move no others.
    private static bool[] Divide(BlobItem[] images, string[] classes, double fraction, long seed)
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

    private static string Key(BlobItem blob, long seed)
    {
        string content = blob.Properties.ContentHash is { Length: > 0 } md5 ? Convert.ToHexStringLower(md5) : blob.Name;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{content}")));
    }

    private static async Task<Dictionary<string, string>> ReadLabelsAsync(BlobContainerClient raw, BlobItem file, CancellationToken cancellationToken)
    {
        string place = $"{raw.Name}/{file.Name}";
        if (file.Properties.ContentLength > MaxLabelsBytes)
        {
            throw new DatasetFormatException(place, $"at most {MaxLabelsBytes} bytes", $"{file.Properties.ContentLength}");
        }

        BlobDownloadResult content = await raw.GetBlobClient(file.Name).DownloadContentAsync(cancellationToken);
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

using System.Buffers.Binary;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using DurableMl.Features.Images;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Images;

/// <summary>What <see cref="JoinImages"/> works on.</summary>
/// <param name="Dataset">The run and the dataset.</param>
/// <param name="Parts">Parts that were decoded.</param>
public sealed record JoinImagesInput(PlanDatasetInput Dataset, int Parts);

/// <summary>Activity: makes IDX files of the blocks that <see cref="DecodeImages"/> staged, and of their classes.</summary>
/// <param name="blobs">The data account.</param>
public sealed class JoinImages(BlobServiceClient blobs)
{
    // Behind the number of any part.
    private const int Header = 99_999_999;

    /// <summary>Joins the parts.</summary>
    /// <param name="input">The run, the dataset and its parts.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">More images than the limit could not be read, or a class has none left.</exception>
    [Function(nameof(JoinImages))]
    public async Task RunAsync([ActivityTrigger] JoinImagesInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        (string run, DatasetDefinition dataset) = (input.Dataset.RunId, input.Dataset.Dataset);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        var parts = new List<DecodedPart>(input.Parts);
        for (int part = 0; part < input.Parts; part++)
        {
            parts.Add(await container.GetBlobClient(DatasetBlobs.DecodedPart(dataset.Name, run, part)).ReadJsonAsync<DecodedPart>(cancellationToken)
                ?? throw new InvalidOperationException($"What became of part {part} is gone."));
        }

        FailedItem[] failed = [.. parts.SelectMany(part => part.Failed)];
        FailedItems.Check(failed, dataset.MaxFailedItems);
        ImageClasses classes = await ClassesAsync(container, dataset.Name, run, cancellationToken);
        HashSet<byte> present = [.. parts.SelectMany(part => part.Train)];
        if (Enumerable.Range(0, classes.Labels.Count).FirstOrDefault(label => !present.Contains((byte)label), -1) is >= 0 and var without)
        {
            throw new DatasetFormatException(dataset.Place, $"images of class '{classes.Labels[without]}' to train on", "none that can be read");
        }

        if (parts.TrueForAll(part => part.Test.Length == 0))
        {
            throw new DatasetFormatException(dataset.Place, "images for the test", "none that can be read");
        }

        foreach (bool test in (bool[])[false, true])
        {
            await CommitAsync(container, input.Dataset, [.. parts.Select(part => test ? part.Test : part.Train)], test, cancellationToken);
        }

        await FailedItems.WriteAsync(blobs, dataset.Name, run, failed, cancellationToken);
    }

    internal static async Task<ImageClasses> ClassesAsync(BlobContainerClient container, string dataset, string run, CancellationToken cancellationToken) =>
        await container.GetBlobClient(DatasetBlobs.Plan(dataset, run)).ReadJsonAsync<ImageClasses>(cancellationToken)
        ?? throw new InvalidOperationException($"The plan of dataset {dataset} is gone.");

    private static async Task CommitAsync(BlobContainerClient container, PlanDatasetInput input, byte[][] labels, bool test, CancellationToken cancellationToken)
    {
        (string run, string dataset, ImageForm form) = (input.RunId, input.Dataset.Name, input.Dataset.Images!.Form);
        int count = labels.Sum(part => part.Length);
        BlockBlobClient images = container.GetBlockBlobClient(DatasetBlobs.DecodedImages(dataset, run, test));
        int[] shape = form.Channels == 1 ? [count, form.Height, form.Width] : [count, form.Channels, form.Height, form.Width];
        using (var header = new MemoryStream(IdxHead(shape), writable: false))
        {
            await images.StageBlockAsync(DecodeImages.BlockId(Header), header, cancellationToken: cancellationToken);
        }

        IEnumerable<int> blocks = labels.Index().Where(part => part.Item.Length > 0).Select(part => part.Index).Prepend(Header);
        await images.CommitBlockListAsync(blocks.Select(DecodeImages.BlockId), cancellationToken: cancellationToken);
        byte[] file = [.. IdxHead([count]), .. labels.SelectMany(part => part)];
        await container.GetBlobClient(DatasetBlobs.DecodedLabels(dataset, run, test)).UploadAsync(BinaryData.FromBytes(file), overwrite: true, cancellationToken);
    }

    private static byte[] IdxHead(int[] shape)
    {
        var head = new byte[4 + (4 * shape.Length)];
        (head[2], head[3]) = (0x08, (byte)shape.Length);
        for (int i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4 + (4 * i)), shape[i]);
        }

        return head;
    }
}

/// <summary>What <see cref="FitImages"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Normalisation">What is done to bytes, as it was measured.</param>
public sealed record FitImagesInput(string RunId, DatasetDefinition Dataset, Normalisation Normalisation);

/// <summary>What a dataset of images has besides its shards.</summary>
/// <param name="Target">Its labels.</param>
/// <param name="Transform">The transform that serving applies.</param>
/// <param name="FailedItems">The list of what could not be read; null where all could.</param>
/// <param name="TestFraction">The share for the test; null where folders said.</param>
public sealed record FittedImages(FittedTarget Target, DatasetFile Transform, DatasetFile? FailedItems, double? TestFraction);

/// <summary>Activity: writes down how images become numbers, for serving.</summary>
/// <param name="blobs">The data account.</param>
public sealed class FitImages(BlobServiceClient blobs)
{
    private const string Target = "label";

    /// <summary>Writes <c>transform.json</c> to the run's staging folder.</summary>
    /// <param name="input">The dataset and its normalisation.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(FitImages))]
    public async Task<FittedImages> RunAsync([ActivityTrigger] FitImagesInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetDefinition dataset = input.Dataset;
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        string staging = DatasetBlobs.Staging(dataset.Name, input.RunId);
        ImageClasses classes = await JoinImages.ClassesAsync(container, dataset.Name, input.RunId, cancellationToken);
        byte[] transform = new ImageTransform(ImageTransform.CurrentFormat, dataset.Images!.Form, input.Normalisation, classes.Labels).ToUtf8();
        await container.GetBlobClient(staging + FittedTransform.File).UploadAsync(BinaryData.FromBytes(transform), overwrite: true, cancellationToken);
        FailedItem[]? failed = await container.GetBlobClient(staging + FailedItems.File).ReadJsonAsync<FailedItem[]>(cancellationToken);
        return new FittedImages(
            new FittedTarget(Target, classes.Labels),
            new DatasetFile(FittedTransform.File, Hash(transform)),
            failed is null ? null : FailedItems.FileOf(failed),
            classes.IsTestGiven ? null : dataset.Images.TestFraction);
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

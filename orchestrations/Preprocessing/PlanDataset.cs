using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Activity: looks at the raw files, finds the dataset that they gave before, or plans how to make it.</summary>
/// <param name="blobs">The data account.</param>
public sealed class PlanDataset(BlobServiceClient blobs)
{
    private const long MaxBlockBytes = 512L << 20;

    /// <summary>Returns the plan. Reads headers and labels only, and leaves the choice of validation examples in the run's staging folder.</summary>
    /// <param name="input">The run and the dataset.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="DatasetFormatException">The raw files are not what they should be.</exception>
    [Function(nameof(PlanDataset))]
    public async Task<DatasetPlan> RunAsync([ActivityTrigger] PlanDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetDefinition dataset = input.Dataset;
        (RawPair train, RawPair test, IReadOnlyList<BlobItem> raw) = await RawFolder.FindAsync(blobs, input.Prepared ?? dataset.Source, cancellationToken);
        string fingerprint = InputFingerprint.Of(dataset, raw);
        if (await InputFingerprint.FindExistingAsync(blobs, dataset.Name, fingerprint, cancellationToken) is { } existing)
        {
            return new DatasetPlan(fingerprint, existing, null, null, [], 0, []);
        }

        IReadOnlyList<int> shape = ShapeOf(train.Features);
        if (!ShapeOf(test.Features).SequenceEqual(shape))
        {
            throw new DatasetFormatException(test.Features.Place, $"examples of shape {Show(shape)}, as in {train.Features.Place}", Show(ShapeOf(test.Features)));
        }

        if (test.Features.Header.Element != train.Features.Header.Element)
        {
            throw new DatasetFormatException(
                test.Features.Place, $"{train.Features.Header.Element}, as in {train.Features.Place}", $"{test.Features.Header.Element}");
        }

        int examples = train.Labels.Header.Count;
        CheckSize(dataset, examples, train.Features.Header);
        long[] labels = await BlockExamples.LabelsAsync(blobs, train.Labels, 0, examples, cancellationToken);
        var classes = (int)labels.Max() + 1;
        await CheckTestLabelsAsync(test.Labels, classes, cancellationToken);

        bool[] validation = StratifiedSplit.Choose(labels, dataset.ValidationFraction, dataset.Seed);
        byte[] mask = Array.ConvertAll(validation, chosen => chosen ? (byte)1 : (byte)0);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await container.GetBlobClient(DatasetBlobs.Mask(dataset.Name, input.RunId)).UploadAsync(BinaryData.FromBytes(mask), overwrite: true, cancellationToken);
        return new DatasetPlan(fingerprint, null, train, test, shape, classes, Blocks(examples, test.Labels.Header.Count, dataset.Shards));
    }

    private static List<DatasetBlock> Blocks(int train, int test, int shards)
    {
        // Sizes differ by at most one, so that no shard is empty.
        var blocks = new List<DatasetBlock>();
        Cut(false, train, shards);
        int size = (train + shards - 1) / shards;
        Cut(true, test, Math.Max(1, (test + size - 1) / size));
        return blocks;

        void Cut(bool isTest, int count, int parts)
        {
            for (int i = 0; i < parts; i++)
            {
                var start = (int)((long)count * i / parts);
                var end = (int)((long)count * (i + 1) / parts);
                blocks.Add(new DatasetBlock(isTest, i, start, end - start));
            }
        }
    }

    private static void CheckSize(DatasetDefinition dataset, int examples, ArrayHeader features)
    {
        if (dataset.Shards > examples)
        {
            throw new DatasetFormatException(dataset.Source, $"at least {dataset.Shards} training examples, one for each of dataset.shards", $"{examples}");
        }

        // Read as it is, written as float32.
        long block = (examples / dataset.Shards + 1L) * features.ExampleLength * Math.Max(sizeof(float), features.ElementBytes);
        if (block > MaxBlockBytes)
        {
            throw new DatasetFormatException(dataset.Source, $"shards of at most {MaxBlockBytes} bytes", $"{block}; raise dataset.shards");
        }
    }

    private static int[] ShapeOf(RawFile features) => features.Header.Dimensions.Count switch
    {
        // A picture without a channel dimension has one channel.
        3 => [1, features.Header.Dimensions[1], features.Header.Dimensions[2]],
        _ => [.. features.Header.Dimensions.Skip(1)],
    };

    private static string Show(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";

    private async Task CheckTestLabelsAsync(RawFile file, int classes, CancellationToken cancellationToken)
    {
        long[] labels = await BlockExamples.LabelsAsync(blobs, file, 0, file.Header.Count, cancellationToken);
        long highest = labels.Max();
        if (highest >= classes)
        {
            throw new DatasetFormatException(file.Place, $"labels below {classes}, as in the training files", $"{highest}");
        }
    }
}

using Azure.Storage.Blobs;
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
        RawArrays arrays = await RawArrays.FindAsync(blobs, input, cancellationToken);
        (IReadOnlyList<RawPair> train, IReadOnlyList<RawPair> test, IReadOnlyList<RawBlob> raw) = arrays;
        string fingerprint = InputFingerprint.Of(dataset, raw);
        if (await InputFingerprint.FindExistingAsync(blobs, dataset.Name, fingerprint, cancellationToken) is { } existing)
        {
            return new DatasetPlan(fingerprint, existing, [], [], [], 0, []);
        }

        RawFile first = train[0].Features;
        foreach (RawPair pair in train.Skip(1).Concat(test))
        {
            CheckLike(first, pair.Features);
        }

        CheckSize(dataset, train);
        long[] labels = await LabelsAsync(train, cancellationToken);
        var classes = (int)labels.Max() + 1;
        await CheckTestLabelsAsync(test, classes, cancellationToken);

        bool[] validation = StratifiedSplit.Choose(labels, dataset.ValidationFraction, dataset.Seed);
        byte[] mask = Array.ConvertAll(validation, chosen => chosen ? (byte)1 : (byte)0);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await container.GetBlobClient(DatasetBlobs.Mask(dataset.Name, input.RunId)).UploadAsync(BinaryData.FromBytes(mask), overwrite: true, cancellationToken);
        return new DatasetPlan(fingerprint, null, train, test, ShapeOf(first), classes, Blocks(train, test, dataset.Shards))
        {
            FailedItems = await FailedItems.WriteAsync(blobs, dataset.Name, input.RunId, input.Prepared is null ? arrays.Failed : [], cancellationToken),
        };
    }

    private static List<DatasetBlock> Blocks(IReadOnlyList<RawPair> train, IReadOnlyList<RawPair> test, int shards)
    {
        var blocks = new List<DatasetBlock>();
        int examples = Examples(train);
        Cut(false, train, count => Math.Max(1, (int)Math.Round((double)shards * count / examples)));
        int size = (examples + shards - 1) / shards;
        Cut(true, test, count => Math.Max(1, (count + size - 1) / size));
        return blocks;

        // Sizes of a pair differ by at most one, so that no shard is empty.
        void Cut(bool isTest, IReadOnlyList<RawPair> pairs, Func<int, int> partsOf)
        {
            (int index, int before) = (0, 0);
            foreach ((int pair, RawPair raw) in pairs.Index())
            {
                int count = raw.Labels.Header.Count;
                int parts = Math.Min(partsOf(count), count);
                for (int i = 0; i < parts; i++)
                {
                    var start = (int)((long)count * i / parts);
                    var end = (int)((long)count * (i + 1) / parts);
                    blocks.Add(new DatasetBlock(isTest, index++, start, end - start) { Pair = pair, Before = before });
                }

                before += count;
            }
        }
    }

    private static int Examples(IReadOnlyList<RawPair> pairs) => checked(pairs.Sum(pair => pair.Labels.Header.Count));

    private static void CheckLike(RawFile first, RawFile other)
    {
        int[] shape = ShapeOf(first);
        if (!ShapeOf(other).SequenceEqual(shape))
        {
            throw new DatasetFormatException(other.Place, $"examples of shape {Show(shape)}, as in {first.Place}", Show(ShapeOf(other)));
        }

        if (other.Header.Element != first.Header.Element)
        {
            throw new DatasetFormatException(other.Place, $"{first.Header.Element}, as in {first.Place}", $"{other.Header.Element}");
        }
    }

    private static void CheckSize(DatasetDefinition dataset, IReadOnlyList<RawPair> train)
    {
        int examples = Examples(train);
        if (dataset.Shards > examples)
        {
            throw new DatasetFormatException(dataset.Place, $"at least {dataset.Shards} training examples, one for each of dataset.shards", $"{examples}");
        }

        // Read as it is, written as float32.
        ArrayHeader features = train[0].Features.Header;
        long block = (examples / dataset.Shards + 1L) * features.ExampleLength * Math.Max(sizeof(float), features.ElementBytes);
        if (block > MaxBlockBytes)
        {
            throw new DatasetFormatException(dataset.Place, $"shards of at most {MaxBlockBytes} bytes", $"{block}; raise dataset.shards");
        }
    }

    private static int[] ShapeOf(RawFile features) => features.Header.Dimensions.Count switch
    {
        // A picture without a channel dimension has one channel.
        3 => [1, features.Header.Dimensions[1], features.Header.Dimensions[2]],
        _ => [.. features.Header.Dimensions.Skip(1)],
    };

    private static string Show(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";

    private async Task<long[]> LabelsAsync(IReadOnlyList<RawPair> pairs, CancellationToken cancellationToken)
    {
        var labels = new List<long>();
        foreach (RawFile file in pairs.Select(pair => pair.Labels))
        {
            labels.AddRange(await BlockExamples.LabelsAsync(blobs, file, 0, file.Header.Count, cancellationToken));
        }

        return [.. labels];
    }

    private async Task CheckTestLabelsAsync(IReadOnlyList<RawPair> test, int classes, CancellationToken cancellationToken)
    {
        foreach (RawPair pair in test)
        {
            long highest = (await LabelsAsync([pair], cancellationToken)).Max();
            if (highest >= classes)
            {
                throw new DatasetFormatException(pair.Labels.Place, $"labels below {classes}, as in the training files", $"{highest}");
            }
        }
    }
}

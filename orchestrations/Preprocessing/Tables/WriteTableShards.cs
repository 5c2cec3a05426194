using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>Activity: transforms one part and writes its shards of all splits.</summary>
/// <param name="blobs">The data account.</param>
public sealed class WriteTableShards(BlobServiceClient blobs)
{
    /// <summary>Bytes of a shard's features.</summary>
    internal int ShardBytes { get; init; } = 16 << 20;

    /// <summary>Writes the shards to the staging folder; the same input always gives the same bytes. Memory holds a shard of each split.</summary>
    /// <param name="input">The part.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>The shards; none for a split of which the part has no row.</returns>
    /// <exception cref="TableFormatException">A table is damaged, or a value is missing where none may be.</exception>
    [Function(nameof(WriteTableShards))]
    public async Task<IReadOnlyList<WrittenShard>> RunAsync([ActivityTrigger] TablePartInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        TablePart part = await TablePart.FindAsync(blobs, input, cancellationToken);
        TablePlan plan = part.Plan;
        RowSplitter splitter = await plan.SplitterAsync(blobs, input, cancellationToken);
        BlobDownloadResult content = await blobs.GetBlobContainerClient(DataContainers.Datasets)
            .GetBlobClient(DatasetBlobs.Staging(input.Dataset, input.RunId) + FittedTransform.File).DownloadContentAsync(cancellationToken);
        FittedTransform transform = FittedTransform.Parse(content.Content.ToMemory().Span);
        var written = new List<WrittenShard>();
        var hashes = new RowHashes();
        // What evaluation slices by, and what another model's transform takes, is only known of rows as they were read.
        using var testRows = new TableRows();
        OpenShard[] open = [.. DatasetSplits.All.Select(split => new OpenShard(split, transform, split == DatasetSplits.Test ? testRows : null))];
        int rowsOfShard = Math.Max(1, ShardBytes / (sizeof(float) * transform.Width));
        await foreach ((TableBatch batch, string place) in part.RowsAsync(cancellationToken))
        {
            TableBatch rows = plan.Transform.WithTargets(batch);
            Split[] splits = splitter.Splits(rows, place);
            float[] numbers = transform.Apply(rows, place);
            long[] labels = transform.Task == LearningTask.Classification ? transform.Labels(rows) : [];
            float[] values = transform.Task switch
            {
                LearningTask.Regression => transform.Values(rows),
                LearningTask.MultiLabel => transform.LabelMatrix(rows),
                _ => [],
            };
            for (int row = 0; row < splits.Length; row++)
            {
                OpenShard shard = open[(int)splits[row]];
                hashes.Add((int)splits[row], numbers.AsSpan(row * transform.Width, transform.Width));
                shard.Add(rows, row, numbers, labels, values);
                if (shard.Rows == rowsOfShard)
                {
                    written.Add(await WriteAsync(input, shard, cancellationToken));
                }
            }
        }

        foreach (OpenShard shard in open.Where(shard => shard.Rows > 0))
        {
            written.Add(await WriteAsync(input, shard, cancellationToken));
        }

        await hashes.WriteAsync(blobs, input.Dataset, input.RunId, string.Create(CultureInfo.InvariantCulture, $"{input.Part:D5}"), cancellationToken);
        return written;
    }

    private async Task<WrittenShard> WriteAsync(TablePartInput input, OpenShard shard, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{shard.Split}-{input.Part:D5}-{shard.Number:D4}");
        (byte[] features, byte[] labels, int[] labelShape, string labelType) = shard.Take(out int rows, out int width, out long[] counts);
        ShardFile[] files = await Task.WhenAll(
            UploadAsync(input, name + "-features.npy", features, [rows, width], "float32", cancellationToken),
            UploadAsync(input, name + "-labels.npy", labels, labelShape, labelType, cancellationToken));
        DatasetFile? raw = shard.TakeRows() is { } lines ? await UploadAsync(input, name + "-rows.jsonl", lines, cancellationToken) : null;
        return new WrittenShard(shard.Split, new DatasetShard(files[0], files[1], rows) { Rows = raw }, counts);
    }

    private async Task<ShardFile> UploadAsync(
        TablePartInput input, string file, byte[] content, IReadOnlyList<int> shape, string type, CancellationToken cancellationToken) =>
        new(file, shape, type, (await UploadAsync(input, file, content, cancellationToken)).Sha256);

    private async Task<DatasetFile> UploadAsync(TablePartInput input, string file, byte[] content, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets)
            .GetBlobClient(DatasetBlobs.Staging(input.Dataset, input.RunId) + file);
        await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        return new DatasetFile(file, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    /// <summary>The rows of one split that are not written yet.</summary>
    private sealed class OpenShard(string split, FittedTransform transform, TableRows? rows)
    {
        private readonly int width = transform.Width;
        private readonly int targets = transform.Task == LearningTask.MultiLabel ? transform.Targets[0].Labels!.Count : transform.Targets.Count;
        private readonly int classes = transform.Targets[0].Labels?.Count ?? 0;
        private readonly bool isOfClasses = transform.Task == LearningTask.Classification;
        private readonly List<float> features = [];
        private readonly List<long> labels = [];
        private readonly List<float> values = [];

        public string Split => split;

        public int Number { get; private set; }

        public int Rows { get; private set; }

        public void Add(TableBatch batch, int row, float[] numbers, long[] labels, float[] values)
        {
            features.AddRange(numbers.AsSpan(row * width, width));
            if (isOfClasses)
            {
                this.labels.Add(labels[row]);
            }
            else
            {
                this.values.AddRange(values.AsSpan(row * targets, targets));
            }

            rows?.Add(batch, row);
            Rows++;
        }

        public byte[]? TakeRows() => rows?.Take();

        public (byte[] Features, byte[] Labels, int[] LabelShape, string LabelType) Take(out int rows, out int width, out long[] counts)
        {
            rows = Rows;
            width = this.width;
            counts = new long[classes];
            foreach (long label in labels)
            {
                counts[label]++;
            }

            for (int i = 0; classes > 0 && i < values.Count; i++)
            {
                counts[i % targets] += (long)values[i];
            }

            byte[] featureFile = NpyWriter.Write<float>(CollectionsMarshal.AsSpan(features), rows, width);
            int[] labelShape = isOfClasses ? [rows] : [rows, targets];
            byte[] labelFile = isOfClasses
                ? NpyWriter.Write<long>(CollectionsMarshal.AsSpan(labels), labelShape)
                : NpyWriter.Write<float>(CollectionsMarshal.AsSpan(values), labelShape);
            features.Clear();
            labels.Clear();
            values.Clear();
            Rows = 0;
            Number++;
            return (featureFile, labelFile, labelShape, isOfClasses ? "int64" : "float32");
        }
    }
}

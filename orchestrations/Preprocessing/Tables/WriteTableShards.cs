using System.Globalization;
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
        int width = transform.Width;
        var written = new List<WrittenShard>();
        var hashes = new RowHashes();
        OpenShard[] open = [.. DatasetSplits.All.Select(split => new OpenShard(split, transform, width))];
        int rowsOfShard = Math.Max(1, ShardBytes / (sizeof(float) * width));
        float[] numbers = [];
        await foreach ((TableBatch batch, string place) in part.RowsAsync(cancellationToken))
        {
            TableBatch rows = plan.Transform.WithTargets(batch);
            Split[] splits = splitter.Splits(rows, place);
            Array.Clear(numbers);
            Array.Resize(ref numbers, Math.Max(numbers.Length, checked(rows.Rows * width)));
            transform.Apply(rows, numbers, place);
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
                ReadOnlySpan<float> own = numbers.AsSpan(row * width, width);
                hashes.Add((int)splits[row], own);
                shard.Add(rows, row, own, labels, values);
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

        // Not after a failure: a request that was given up may still read what would be somebody else's memory.
        Array.ForEach(open, shard => shard.Dispose());
        await hashes.WriteAsync(blobs, input.Dataset, input.RunId, string.Create(CultureInfo.InvariantCulture, $"{input.Part:D5}"), cancellationToken);
        return written;
    }

    private async Task<WrittenShard> WriteAsync(TablePartInput input, OpenShard shard, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{shard.Split}-{input.Part:D5}-{shard.Number:D4}");
        ShardFile[] files = await Task.WhenAll(
            UploadAsync(input, name + "-features.npy", shard.Features, "float32", cancellationToken),
            shard.Labels is { } labels
                ? UploadAsync(input, name + "-labels.npy", labels, "int64", cancellationToken)
                : UploadAsync(input, name + "-labels.npy", shard.Values, "float32", cancellationToken));
        DatasetFile? raw = shard.TestRows is { } rows ? await UploadAsync(input, name + "-rows.jsonl", rows.Lines, cancellationToken) : null;
        var written = new WrittenShard(shard.Split, new DatasetShard(files[0], files[1], shard.Rows) { Rows = raw }, [.. shard.Counts]);
        shard.Clear();
        return written;
    }

    private async Task<ShardFile> UploadAsync<T>(TablePartInput input, string file, NpyRows<T> rows, string type, CancellationToken cancellationToken)
        where T : unmanaged =>
        new(file, rows.Shape, type, (await UploadAsync(input, file, rows.ToFile(), cancellationToken)).Sha256);

    private async Task<DatasetFile> UploadAsync(TablePartInput input, string file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets)
            .GetBlobClient(DatasetBlobs.Staging(input.Dataset, input.RunId) + file);
        await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        return new DatasetFile(file, Convert.ToHexStringLower(SHA256.HashData(content.Span)));
    }

    /// <summary>The rows of one split that are not written yet.</summary>
    private sealed class OpenShard(string split, FittedTransform transform, int width) : IDisposable
    {
        public string Split => split;

        public int Number { get; private set; }

        public int Rows => Features.Count;

        public NpyRows<float> Features { get; } = new(width);

        /// <summary>The classes of a classification; null otherwise, where there are <see cref="Values"/>.</summary>
        public NpyRows<long>? Labels { get; } = transform.Task == LearningTask.Classification ? new() : null;

        public NpyRows<float> Values { get; } = new(TargetsOf(transform));

        /// <summary>Rows of each class.</summary>
        public long[] Counts { get; } = new long[transform.Targets[0].Labels?.Count ?? 0];

        /// <summary>The rows of the test split as they were read: what evaluation slices by, and what another model's transform takes.</summary>
        public TableRows? TestRows { get; } = split == DatasetSplits.Test ? new() : null;

        public void Add(TableBatch batch, int row, ReadOnlySpan<float> numbers, long[] labels, float[] values)
        {
            Features.Add(numbers);
            if (Labels is not null)
            {
                Labels.Add([labels[row]]);
                Counts[labels[row]]++;
            }
            else
            {
                int targets = TargetsOf(transform);
                ReadOnlySpan<float> own = values.AsSpan(row * targets, targets);
                Values.Add(own);
                for (int i = 0; i < Counts.Length; i++)
                {
                    Counts[i] += (long)own[i];
                }
            }

            TestRows?.Add(batch, row);
        }

        public void Clear()
        {
            Features.Clear();
            Labels?.Clear();
            Values.Clear();
            TestRows?.Clear();
            Array.Clear(Counts);
            Number++;
        }

        public void Dispose()
        {
            Features.Dispose();
            Labels?.Dispose();
            Values.Dispose();
            TestRows?.Dispose();
        }

        private static int TargetsOf(FittedTransform transform) =>
            transform.Task == LearningTask.MultiLabel ? transform.Targets[0].Labels!.Count : transform.Targets.Count;
    }
}

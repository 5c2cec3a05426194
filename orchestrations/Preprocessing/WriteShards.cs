using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Azure.Storage.Blobs;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Randomness;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Activity: normalises one block and writes its shards: train and validation, or test.</summary>
/// <param name="blobs">The data account.</param>
public sealed class WriteShards(BlobServiceClient blobs)
{
    /// <summary>Writes the shards to the run's staging folder; the same input always gives the same bytes.</summary>
    /// <param name="input">The block, with its normalisation.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>The shards; none for a split of which the block has no example.</returns>
    /// <exception cref="DatasetFormatException">A raw file is cut short or has changed.</exception>
    [Function(nameof(WriteShards))]
    public async Task<IReadOnlyList<WrittenShard>> RunAsync([ActivityTrigger] BlockInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetBlock block = input.Block;
        BlockExamples features = await BlockExamples.ReadAsync(blobs, input, cancellationToken);
        long[] labels = await BlockExamples.LabelsAsync(blobs, input.Raw.Labels, block.Start, block.Count, cancellationToken);
        bool[] validation = await ValidationMask.ReadAsync(blobs, input, cancellationToken);

        var written = new List<WrittenShard>();
        var hashes = new RowHashes();
        foreach (string split in block.Test ? [DatasetSplits.Test] : (string[])[DatasetSplits.Train, DatasetSplits.Validation])
        {
            bool wanted = split == DatasetSplits.Validation;
            int[] rows = [.. Enumerable.Range(0, block.Count).Where(i => validation[i] == wanted)];
            if (rows.Length > 0)
            {
                var generator = SeededGenerator.For(input.Seed, string.Create(CultureInfo.InvariantCulture, $"order/{split}/{block.Index}"));
                generator.Shuffle<int>(rows);
                written.Add(await WriteAsync(input, split, rows, features, labels, hashes, cancellationToken));
            }
        }

        string part = string.Create(CultureInfo.InvariantCulture, $"{(block.Test ? DatasetSplits.Test : DatasetSplits.Train)}-{block.Index:D5}");
        await hashes.WriteAsync(blobs, input.Dataset, input.RunId, part, cancellationToken);
        return written;
    }

    private async Task<WrittenShard> WriteAsync(
        BlockInput input, string split, int[] rows, BlockExamples features, long[] labels, RowHashes hashes, CancellationToken cancellationToken)
    {
        int place = split switch { DatasetSplits.Train => 0, DatasetSplits.Validation => 1, _ => 2 };
        int width = input.FeatureShape.Aggregate(1, (product, size) => product * size);
        Normalisation normalisation = input.Normalisation!;
        float[] table = normalisation.Table();
        int[] shape = [rows.Length, .. input.FeatureShape];
        byte[] file = NpyWriter.Create<float>(shape, out int start);
        Span<float> values = MemoryMarshal.Cast<byte, float>(file.AsSpan(start));
        var classes = new long[rows.Length];
        var counts = new long[input.Classes];
        for (int row = 0; row < rows.Length; row++)
        {
            Span<float> target = values.Slice(row * width, width);
            if (features.AreBytes)
            {
                ReadOnlySpan<byte> example = features.Bytes(rows[row]);
                for (int i = 0; i < example.Length; i++)
                {
                    target[i] = table[example[i]];
                }
            }
            else
            {
                ReadOnlySpan<double> example = features.Numbers(rows[row]);
                for (int i = 0; i < example.Length; i++)
                {
                    target[i] = normalisation.Of(example[i]);
                }
            }

            hashes.Add(place, target);
            classes[row] = labels[rows[row]];
            counts[classes[row]]++;
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"{split}-{input.Block.Index:D5}");
        ShardFile[] files = await Task.WhenAll(
            UploadAsync(input, name + "-features.npy", file, shape, "float32", cancellationToken),
            UploadAsync(input, name + "-labels.npy", NpyWriter.Write<long>(classes, rows.Length), [rows.Length], "int64", cancellationToken));
        return new WrittenShard(split, new DatasetShard(files[0], files[1], rows.Length), counts);
    }

    private async Task<ShardFile> UploadAsync(
        BlockInput input, string file, byte[] content, IReadOnlyList<int> shape, string type, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Staging(input.Dataset, input.RunId) + file);
        await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        return new ShardFile(file, shape, type, Convert.ToHexStringLower(SHA256.HashData(content)));
    }
}

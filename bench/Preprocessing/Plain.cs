using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Azure.Storage.Blobs;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Preprocessing;
using nietras.SeparatedValues;
using Parquet;
using Parquet.Schema;

namespace DurableMl.Bench.Preprocessing;

/// <summary>
/// A program that does the same job and keeps nothing on its way: it reads the same blobs, splits, fits, and writes the same shards, over all
/// cores. What it read once it holds in memory. It infers no types, takes no value for missing, compares no rows and starts anew when it fails.
/// </summary>
internal sealed class Plain(BlobContainerClient raw, BlobContainerClient datasets)
{
    private const int Parallel = 8;
    private const int Numbers = 9;
    private const int ShardRows = (16 << 20) / (sizeof(float) * Numbers);
    private const int IdxHeader = 16;
    private const int Pixels = 28 * 28;

    private static readonly ParallelOptions Limit = new() { MaxDegreeOfParallelism = Parallel };

    /// <summary>MNIST to normalised shards of training, validation and test.</summary>
    public async Task MnistAsync(int shards)
    {
        byte[][] files = await Task.WhenAll(
            ((string[])["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]).Select(
                async name => (await raw.GetBlobClient("mnist/" + name).DownloadContentAsync()).Value.Content.ToArray()));
        long[] labels = [.. files[1].Skip(8).Select(label => (long)label)];
        bool[] validation = StratifiedSplit.Choose(labels, 0.1, 0);
        int count = labels.Length;
        var pixels = new PixelStatistics[shards];
        System.Threading.Tasks.Parallel.For(0, shards, Limit, shard =>
        {
            foreach (int row in Rows(shard, count, shards).Where(row => !validation[row]))
            {
                pixels[shard] += PixelStatistics.Of(Image(files[0], row));
            }
        });
        PixelStatistics all = pixels.Aggregate((left, right) => left + right);
        float[] table = new Normalisation(all.Mean, all.StandardDeviation).Table();
        long[] testLabels = [.. files[3].Skip(8).Select(label => (long)label)];
        await System.Threading.Tasks.Parallel.ForEachAsync(Enumerable.Range(0, shards + 1), Limit, async (shard, _) =>
        {
            if (shard == shards)
            {
                await WriteImagesAsync("test", files[2], testLabels, [.. Enumerable.Range(0, testLabels.Length)], table);
                return;
            }

            foreach (bool wanted in (bool[])[false, true])
            {
                int[] rows = [.. Rows(shard, count, shards).Where(row => validation[row] == wanted)];
                await WriteImagesAsync($"{(wanted ? "validation" : "train")}-{shard}", files[0], labels, rows, table);
            }
        });
    }

    /// <summary>Tables to standardised shards of training, validation and test.</summary>
    public async Task TablesAsync(IReadOnlyList<string> names)
    {
        var read = new ConcurrentDictionary<int, (List<double> Numbers, List<long> Labels)>();
        await System.Threading.Tasks.Parallel.ForEachAsync(names.Index(), Limit, async (file, _) =>
        {
            List<double> numbers = [];
            List<long> labels = [];
            if (file.Item.EndsWith(".csv", StringComparison.Ordinal))
            {
                await ReadCsvAsync(file.Item, numbers, labels);
            }
            else
            {
                await ReadParquetAsync(file.Item, numbers, labels);
            }

            read[file.Index] = (numbers, labels);
        });
        var splits = new int[names.Count][];
        var fits = new ValueStatistics[names.Count][];
        System.Threading.Tasks.Parallel.For(0, names.Count, Limit, file =>
        {
            (List<double> numbers, List<long> labels) = read[file];
            ReadOnlySpan<double> all = CollectionsMarshal.AsSpan(numbers);
            splits[file] = new int[labels.Count];
            var train = new List<double>[Numbers];
            Array.Fill(train, null!);
            for (int column = 0; column < Numbers; column++)
            {
                train[column] = new List<double>(labels.Count);
            }

            for (int row = 0; row < labels.Count; row++)
            {
                ReadOnlySpan<double> own = all.Slice(row * Numbers, Numbers);
                double share = XxHash64.HashToUInt64(MemoryMarshal.AsBytes(own)) / (double)ulong.MaxValue;
                int split = splits[file][row] = share < 0.1 ? 2 : share < 0.2 ? 1 : 0;
                for (int column = 0; split == 0 && column < Numbers; column++)
                {
                    train[column].Add(own[column]);
                }
            }

            fits[file] = [.. train.Select(column => ValueStatistics.Of(CollectionsMarshal.AsSpan(column)))];
        });
        ValueStatistics[] fitted = [.. Enumerable.Range(0, Numbers).Select(column => fits.Aggregate(default(ValueStatistics), (sum, file) => sum + file[column]))];
        await System.Threading.Tasks.Parallel.ForEachAsync(Enumerable.Range(0, 3), Limit, async (split, _) =>
        {
            var features = new List<float>();
            var classes = new List<long>();
            int shard = 0;
            foreach (int file in Enumerable.Range(0, names.Count))
            {
                (List<double> numbers, List<long> labels) = read[file];
                for (int row = 0; row < labels.Count; row++)
                {
                    if (splits[file][row] != split)
                    {
                        continue;
                    }

                    for (int column = 0; column < Numbers; column++)
                    {
                        features.Add((float)((numbers[(row * Numbers) + column] - fitted[column].Mean) / fitted[column].StandardDeviation));
                    }

                    classes.Add(labels[row]);
                    if (classes.Count == ShardRows)
                    {
                        await WriteAsync($"{split}-{shard++}", features, classes);
                    }
                }
            }

            await WriteAsync($"{split}-{shard}", features, classes);
        });
    }

    private static IEnumerable<int> Rows(int shard, int count, int shards)
    {
        int first = (int)((long)count * shard / shards);
        return Enumerable.Range(first, (int)((long)count * (shard + 1) / shards) - first);
    }

    private static ReadOnlySpan<byte> Image(byte[] file, int row) => file.AsSpan(IdxHeader + (row * Pixels), Pixels);

    private async Task ReadCsvAsync(string name, List<double> numbers, List<long> labels)
    {
        await using Stream content = (await raw.GetBlobClient(name).DownloadStreamingAsync()).Value.Content;
        using SepReader reader = await Sep.Reader().FromAsync(content);
        while (await reader.MoveNextAsync())
        {
            SepReader.Row row = reader.Current;
            for (int i = 0; i < Numbers; i++)
            {
                numbers.Add(row[i].Parse<double>());
            }

            labels.Add(row[Numbers].Span is "even" ? 0 : 1);
        }
    }

    private async Task ReadParquetAsync(string name, List<double> numbers, List<long> labels)
    {
        await using Stream content = (await raw.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToStream();
        await using ParquetReader reader = await ParquetReader.CreateAsync(content);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            int count = (int)rows.RowCount;
            var columns = new double[Numbers][];
            for (int column = 0; column < Numbers; column++)
            {
                columns[column] = new double[count];
                await rows.ReadAsync(reader.Schema.DataFields[column], columns[column].AsMemory());
            }

            var kinds = new string?[count];
            await rows.ReadAsync(reader.Schema.DataFields[Numbers], kinds.AsMemory()!);
            for (int row = 0; row < count; row++)
            {
                for (int column = 0; column < Numbers; column++)
                {
                    numbers.Add(columns[column][row]);
                }

                labels.Add(kinds[row] == "even" ? 0 : 1);
            }
        }
    }

    private Task WriteImagesAsync(string shard, byte[] images, long[] labels, int[] rows, float[] table)
    {
        byte[] file = NpyWriter.Create<float>([rows.Length, 1, 28, 28], out int start);
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(file.AsSpan(start));
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<byte> image = Image(images, rows[i]);
            Span<float> target = numbers.Slice(i * Pixels, Pixels);
            for (int pixel = 0; pixel < image.Length; pixel++)
            {
                target[pixel] = table[image[pixel]];
            }
        }

        return UploadAsync(shard, file, NpyWriter.Write<long>(Array.ConvertAll(rows, row => labels[row]), rows.Length));
    }

    private Task WriteAsync(string shard, List<float> features, List<long> labels)
    {
        byte[] file = NpyWriter.Write<float>(CollectionsMarshal.AsSpan(features), labels.Count, Numbers);
        byte[] classes = NpyWriter.Write<long>(CollectionsMarshal.AsSpan(labels), labels.Count);
        features.Clear();
        labels.Clear();
        return UploadAsync(shard, file, classes);
    }

    private Task UploadAsync(string shard, byte[] features, byte[] labels) => Task.WhenAll(
        datasets.GetBlobClient($"plain/{shard}-features.npy").UploadAsync(BinaryData.FromBytes(features), overwrite: true),
        datasets.GetBlobClient($"plain/{shard}-labels.npy").UploadAsync(BinaryData.FromBytes(labels), overwrite: true));
}

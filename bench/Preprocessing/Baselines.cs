using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Azure.Storage.Blobs;
using DurableMl.Features.Images;
using DurableMl.Orchestrations.Preprocessing;
using nietras.SeparatedValues;
using Parquet;
using Parquet.Schema;

namespace DurableMl.Bench.Preprocessing;

/// <summary>What the preparation is measured against: the same work without durability, and the reading libraries by themselves.</summary>
internal static class Baselines
{
    private const int IdxHeader = 16;
    private const int Pixels = 28 * 28;

    /// <summary>MNIST's training files to normalised shards in memory, over all cores, and nothing else.</summary>
    public static void Mnist(byte[] images, int shards)
    {
        int count = (images.Length - IdxHeader) / Pixels;
        PixelStatistics[] parts = new PixelStatistics[shards];
        Parallel.For(0, shards, shard => parts[shard] = PixelStatistics.Of(Of(shard)));
        PixelStatistics all = parts.Aggregate((left, right) => left + right);
        float[] table = new Normalisation(all.Mean, all.StandardDeviation).Table();
        Parallel.For(0, shards, shard =>
        {
            ReadOnlySpan<byte> bytes = Of(shard);
            byte[] file = NpyWriter.Create<float>([bytes.Length / Pixels, 1, 28, 28], out int start);
            Span<float> numbers = MemoryMarshal.Cast<byte, float>(file.AsSpan(start));
            for (int i = 0; i < bytes.Length; i++)
            {
                numbers[i] = table[bytes[i]];
            }
        });

        ReadOnlySpan<byte> Of(int shard)
        {
            int first = (int)((long)count * shard / shards);
            int end = (int)((long)count * (shard + 1) / shards);
            return images.AsSpan(IdxHeader + (first * Pixels), (end - first) * Pixels);
        }
    }

    /// <summary>One blob after the other: read, parsed, its numbers written to a blob.</summary>
    public static async Task OneByOneAsync(BlobContainerClient raw, BlobContainerClient to, IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            await using Stream content = await raw.GetBlobClient(name).OpenReadAsync();
            var numbers = new List<float>();
            using SepReader reader = await Sep.Reader().FromAsync(content);
            while (await reader.MoveNextAsync())
            {
                numbers.Add(reader.Current[0].Parse<float>());
            }

            await to.GetBlobClient("one-by-one/" + name).UploadAsync(BinaryData.FromBytes(NpyWriter.Write<float>(CollectionsMarshal.AsSpan(numbers), numbers.Count)), overwrite: true);
        }
    }

    /// <summary>Sep's own speed: every number of a CSV file parsed.</summary>
    public static async Task CsvAsync(Stream file)
    {
        using SepReader reader = await Sep.Reader().FromAsync(file);
        double sum = 0;
        while (await reader.MoveNextAsync())
        {
            SepReader.Row row = reader.Current;
            for (int i = 0; i < row.ColCount - 1; i++)
            {
                sum += row[i].Parse<double>();
            }
        }

        GC.KeepAlive(sum);
    }

    /// <summary>Parquet.Net's own speed: every column of every row group read.</summary>
    public static async Task ParquetAsync(Stream file)
    {
        await using ParquetReader reader = await ParquetReader.CreateAsync(file, leaveStreamOpen: true);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
            foreach (DataField field in reader.Schema.DataFields.Where(field => field.ClrType == typeof(double)))
            {
                await rows.ReadAsync(field, new double[rows.RowCount].AsMemory());
            }
        }
    }

    /// <summary>A CSV file of so many rows: nine numbers and a label.</summary>
    public static void WriteCsv(Stream to, int rows, int seed)
    {
        var random = new Random(seed);
        using var text = new StreamWriter(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("a,b,c,d,e,f,g,h,i,kind");
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < 9; i++)
            {
                text.Write(random.NextDouble().ToString("R", CultureInfo.InvariantCulture));
                text.Write(',');
            }

            text.WriteLine(row % 2 == 0 ? "even" : "odd");
        }
    }

    /// <summary>The same as Parquet, in row groups of 100,000.</summary>
    public static async Task WriteParquetAsync(Stream to, int rows, int seed)
    {
        const int Group = 100_000;
        var random = new Random(seed);
        DataField[] numbers = [.. "abcdefghi".Select(name => new DataField(name.ToString(), typeof(double), isNullable: false))];
        var label = new DataField<string>("kind");
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. numbers, label]), to);
        for (int first = 0; first < rows; first += Group)
        {
            int count = Math.Min(Group, rows - first);
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach (DataField field in numbers)
            {
                await group.WriteAsync<double>(field, Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray());
            }

            await group.WriteAsync(label, (string[])[.. Enumerable.Range(first, count).Select(row => row % 2 == 0 ? "even" : "odd")]);
        }
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;

namespace Orchestrations.Tests.Fixtures;

/// <summary>A small dataset in four IDX files, in the raw container.</summary>
internal sealed class RawDataset
{
    public const int TrainExamples = 240;
    public const int TestExamples = 60;
    public const int Classes = 4;
    public const int Side = 4;

    private readonly BlobContainerClient container;

    private RawDataset(BlobContainerClient container, string name)
    {
        this.container = container;
        Name = name;
    }

    public string Name { get; }

    public DatasetDefinition Definition => new(Name, "idx", [new BlobSource($"raw/{Name}/")], 8, 0.1, 1);

    public static async Task<RawDataset> UploadAsync(bool compressed = false)
    {
        RawDataset dataset = await EmptyAsync();
        foreach ((string file, byte[] content) in Files())
        {
            await dataset.PutAsync(compressed ? file + ".gz" : file, compressed ? Zip(content) : content);
        }

        return dataset;
    }

    /// <summary>A dataset without files yet.</summary>
    public static async Task<RawDataset> EmptyAsync()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        var dataset = new RawDataset(blobs.GetBlobContainerClient("raw"), Storage.NewName("ds"));
        await dataset.container.CreateIfNotExistsAsync();
        return dataset;
    }

    public Task PutAsync(string file, byte[] content) => container.GetBlobClient($"{Name}/{file}").UploadAsync(BinaryData.FromBytes(content), overwrite: true);

    public Task DeleteAsync(string file) => container.GetBlobClient($"{Name}/{file}").DeleteAsync();

    public static byte[] File(string name) => Files().Single(file => file.Name == name).Content;

    /// <summary>Each class has a bright row of its own, so that a model can learn it.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Files()
    {
        foreach ((string set, int count, long seed) in ((string, int, long)[])[("train", TrainExamples, 1L), ("t10k", TestExamples, 2L)])
        {
            var generator = new SeededGenerator((ulong)seed);
            var labels = new byte[count];
            var images = new byte[count * Side * Side];
            for (int i = 0; i < count; i++)
            {
                labels[i] = (byte)(i % Classes);
                for (int pixel = 0; pixel < Side * Side; pixel++)
                {
                    images[(i * Side * Side) + pixel] = (byte)(generator.NextBelow(60) + (pixel / Side == labels[i] ? 180u : 0u));
                }
            }

            yield return ($"{set}-images-idx3-ubyte", Idx(images, count, Side, Side));
            yield return ($"{set}-labels-idx1-ubyte", Idx(labels, count));
        }
    }

    public static byte[] Zip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return memory.ToArray();
    }

    public static byte[] Idx(byte[] data, params int[] dimensions) => Idx(8, data, dimensions);

    /// <summary>An IDX file of any type, whose elements are big-endian already.</summary>
    public static byte[] Idx(byte type, byte[] data, params int[] dimensions)
    {
        var file = new byte[4 + (4 * dimensions.Length) + data.Length];
        file[2] = type;
        file[3] = (byte)dimensions.Length;
        for (int i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * i)), dimensions[i]);
        }

        data.CopyTo(file, 4 + (4 * dimensions.Length));
        return file;
    }
}

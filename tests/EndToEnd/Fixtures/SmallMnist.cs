using System.Buffers.Binary;
using Azure.Storage.Blobs;
using DurableMl.Cli.Demo;
using DurableMl.Cli.Hosting;

namespace EndToEnd.Tests.Fixtures;

/// <summary>The first images of MNIST's four files, enough to train on and quick to.</summary>
internal static class SmallMnist
{
    public const int TestImages = 200;

    public static async Task UploadAsync(BlobServiceClient blobs, string folder, int trainImages)
    {
        var container = blobs.GetBlobContainerClient("raw");
        foreach (var (name, count) in new[]
        {
            ("train-images-idx3-ubyte", trainImages),
            ("train-labels-idx1-ubyte", trainImages),
            (MnistUpload.TestImages, TestImages),
            (MnistUpload.TestLabels, TestImages),
        })
        {
            var cut = await CutAsync(name, count);
            await container.GetBlobClient($"{folder}/{name}").UploadAsync(BinaryData.FromBytes(cut), overwrite: true);
        }
    }

    public static async Task<(IdxFile Images, IdxFile Labels)> TestSetAsync()
    {
        var images = await ReadAsync(MnistUpload.TestImages);
        var labels = await ReadAsync(MnistUpload.TestLabels);
        return (images with { Shape = [TestImages, 28, 28] }, labels with { Shape = [TestImages] });
    }

    private static async Task<byte[]> CutAsync(string name, int count)
    {
        var file = await ReadAsync(name);
        int[] shape = [count, .. file.Shape[1..]];
        var header = new byte[4 + (4 * shape.Length)];
        header[2] = 8;
        header[3] = (byte)shape.Length;
        for (var i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), shape[i]);
        }

        return [.. header, .. file.Data.AsSpan(0, shape.Aggregate(1, (product, size) => product * size))];
    }

    private static Task<IdxFile> ReadAsync(string name) => IdxFile.ReadAsync(Path.Combine(RepositoryLayout.Find().MnistFolder, name), CancellationToken.None);
}

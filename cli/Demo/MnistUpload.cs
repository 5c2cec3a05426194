using System.Security.Cryptography;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Cli.Demo;

/// <summary>Puts MNIST's four files under <c>raw/mnist/</c>.</summary>
/// <param name="blobs">The storage account.</param>
/// <param name="output">Where to say what is done.</param>
internal sealed class MnistUpload(BlobServiceClient blobs, TextWriter output)
{
    /// <summary>The images that were never trained on.</summary>
    public const string TestImages = "t10k-images-idx3-ubyte";

    /// <summary>Their labels.</summary>
    public const string TestLabels = "t10k-labels-idx1-ubyte";

    private const string HashName = "sha256";
    private static readonly string[] Files = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", TestImages, TestLabels];

    /// <summary>Uploads what is not there yet with the same content.</summary>
    /// <param name="folder">Where the files lie.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        var container = blobs.GetBlobContainerClient("raw");
        await Parallel.ForEachAsync(Files, cancellationToken, async (name, token) =>
        {
            var sent = await UploadAsync(container.GetBlobClient("mnist/" + name), Path.Combine(folder, name), token);
            await output.WriteLineAsync(sent ? $"uploaded raw/mnist/{name}" : $"raw/mnist/{name} is there already");
        });
    }

    private static async Task<bool> UploadAsync(BlobClient blob, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous });
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        if (await HasHashAsync(blob, hash, cancellationToken))
        {
            return false;
        }

        file.Position = 0;
        var options = new BlobUploadOptions
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [HashName] = hash },
            TransferOptions = new StorageTransferOptions { MaximumConcurrency = 4, InitialTransferSize = 4 << 20, MaximumTransferSize = 4 << 20 },
        };
        await blob.UploadAsync(file, options, cancellationToken);
        return true;
    }

    private static async Task<bool> HasHashAsync(BlobClient blob, string hash, CancellationToken cancellationToken)
    {
        if (!await blob.ExistsAsync(cancellationToken))
        {
            return false;
        }

        var properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        return properties.Value.Metadata.TryGetValue(HashName, out var found) && found == hash;
    }
}

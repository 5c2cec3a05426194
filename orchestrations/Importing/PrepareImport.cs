using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Activity: puts the source and its sample where a job finds them, as a dataset of one shard whose version is its content's hash.</summary>
/// <param name="blobs">The data account.</param>
public sealed class PrepareImport(BlobServiceClient blobs)
{
    /// <summary>The dataset's name.</summary>
    public const string Dataset = "model-imports";

    private const long MaxBytes = 8L << 30;

    /// <summary>Copies the files. Returns the dataset's version.</summary>
    /// <param name="input">What to import.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">A blob does not exist or is too large.</exception>
    [Function(nameof(PrepareImport))]
    public async Task<string> RunAsync([ActivityTrigger] ImportInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient datasets = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await datasets.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var files = new List<(string Name, string Blob, string Sha256)>();
        foreach ((string name, string? blob) in ((string, string?)[])[("source", input.Request.Source), ("sample.npy", input.Request.Sample), ("model.py", input.Request.Definition)])
        {
            if (blob is not null)
            {
                files.Add((name, blob, await HashAsync(Source(blob), cancellationToken)));
            }
        }

        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(
            new { format = "durableml-import/1", splits = new { source = new { shards = files.Select(file => new { features = new { file = file.Name, sha256 = file.Sha256 } }) } } });
        string version = Convert.ToHexStringLower(SHA256.HashData(manifest));
        foreach ((string name, string blob, _) in files)
        {
            await using Stream content = await Source(blob).OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);
            await datasets.GetBlobClient($"{Dataset}/{version}/{name}").UploadAsync(content, overwrite: true, cancellationToken);
        }

        await datasets.GetBlobClient($"{Dataset}/{version}/manifest.json").UploadAsync(BinaryData.FromBytes(manifest), overwrite: true, cancellationToken);
        return version;
    }

    private BlobClient Source(string blob) => blobs.GetBlobContainerClient(DataContainers.Raw).GetBlobClient(blob[(DataContainers.Raw.Length + 1)..]);

    private static async Task<string> HashAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            if (properties.ContentLength > MaxBytes)
            {
                throw new PermanentFailureException($"raw/{blob.Name} has {properties.ContentLength} bytes; an import may have {MaxBytes}.");
            }

            await using Stream content = await blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"There is no blob raw/{blob.Name}.", e);
        }
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>What <see cref="PublishDataset"/> works on.</summary>
/// <param name="RunId">The run whose staging folder holds the shards.</param>
/// <param name="Fingerprint">The inputs' fingerprint.</param>
/// <param name="Manifest">The manifest.</param>
public sealed record PublishDatasetInput(string RunId, string Fingerprint, DatasetManifest Manifest);

/// <summary>
/// Activity: moves shards from the run's staging folder to the folder of their version, which the manifest's hash names, and writes the
/// manifest last: a version exists when its manifest does.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class PublishDataset(BlobServiceClient blobs)
{
    private const int Parallel = 8;

    /// <summary>Publishes the dataset, or finds the same one published already.</summary>
    /// <param name="input">The manifest and where its files are.</param>
    /// <param name="cancellationToken">The host stops.</param>
    [Function(nameof(PublishDataset))]
    public async Task<DatasetReference> RunAsync([ActivityTrigger] PublishDatasetInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        DatasetManifest manifest = input.Manifest;
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, JsonBlobs.Options);
        string version = Convert.ToHexStringLower(SHA256.HashData(bytes));
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        BlobClient manifestBlob = container.GetBlobClient(DatasetBlobs.File(manifest.Name, version, DatasetManifest.File));
        bool reused = await manifestBlob.ExistsAsync(cancellationToken);
        if (!reused)
        {
            string staging = DatasetBlobs.Staging(manifest.Name, input.RunId);
            IEnumerable<string> files = manifest.Splits.Values.SelectMany(split => split.Shards).SelectMany(shard => (string?[])[shard.Features.File, shard.Labels.File, shard.Rows?.File]).OfType<string>();
            files = files.Concat(((DatasetFile?[])[manifest.Transform, manifest.FailedItems]).OfType<DatasetFile>().Select(file => file.File));

            await System.Threading.Tasks.Parallel.ForEachAsync(
                files,
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
                async (file, token) => await CopyAsync(container.GetBlobClient(staging + file), container.GetBlobClient(DatasetBlobs.File(manifest.Name, version, file)), token));
            reused = !await manifestBlob.TryCreateJsonAsync(bytes, cancellationToken);
        }

        var dataset = new DatasetReference(
            manifest.Name, version, reused, manifest.Splits.Values.Sum(split => split.Examples), manifest.Splits[DatasetSplits.Train].Shards.Count)
        {
            Leakage = manifest.Leakage,
        };
        await container.GetBlobClient(DatasetBlobs.Inputs(manifest.Name, input.Fingerprint)).WriteJsonAsync(dataset, cancellationToken);
        return dataset;
    }

    private static async Task CopyAsync(BlobClient source, BlobClient target, CancellationToken cancellationToken)
    {
        // Within one account the service copies by itself, with the caller's own authorization.
        CopyFromUriOperation copy = await target.StartCopyFromUriAsync(source.Uri, cancellationToken: cancellationToken);
        // Most copies are done with the answer, which the operation itself would only learn by another request.
        bool isDone = copy.GetRawResponse().Headers.TryGetValue("x-ms-copy-status", out string? status) && status == "success";
        if (!isDone)
        {
            await copy.WaitForCompletionAsync(cancellationToken);
        }
    }
}

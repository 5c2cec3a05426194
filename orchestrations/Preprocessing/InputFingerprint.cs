using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// Names the inputs of a dataset without reading them: length and MD5 of each raw blob (its ETag where storage keeps no MD5) and the
/// settings. Equal fingerprints give equal datasets; different ones may too, which the dataset's version then shows.
/// </summary>
internal static class InputFingerprint
{
    public static string Of(DatasetDefinition dataset, IEnumerable<RawBlob> blobs)
    {
        var inputs = new
        {
            Format = DatasetManifest.CurrentFormat,
            dataset.Shards,
            dataset.ValidationFraction,
            dataset.Seed,
            dataset.Table,
            dataset.Images,
            dataset.MaxFailedItems,
            dataset.MaxLeakedFraction,
            Files = blobs.Select(blob => new
            {
                // A table's name says what it is, an image's its class.
                Name = dataset.Table is null && dataset.Images is null ? null : blob.Path,
                blob.Bytes,
                Content = blob.Md5 ?? blob.ETag,
            }),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(inputs, JsonBlobs.Options)));
    }

    /// <summary>The dataset that inputs with this fingerprint gave before; null where there is none.</summary>
    public static async Task<DatasetReference?> FindExistingAsync(BlobServiceClient blobs, string dataset, string fingerprint, CancellationToken cancellationToken)
    {
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        DatasetReference? recorded = await container.GetBlobClient(DatasetBlobs.Inputs(dataset, fingerprint)).ReadJsonAsync<DatasetReference>(cancellationToken);
        if (recorded is null)
        {
            return null;
        }

        // Whoever cleans up old versions removes the manifest; then the record no longer holds.
        Response<bool> exists = await container.GetBlobClient(DatasetBlobs.File(dataset, recorded.Version, DatasetManifest.File)).ExistsAsync(cancellationToken);
        return exists.Value ? recorded with { Reused = true } : null;
    }
}

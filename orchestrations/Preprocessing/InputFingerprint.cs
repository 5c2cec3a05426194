using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// Names the inputs of a dataset without reading them: length and MD5 of each raw blob (its ETag where storage keeps no MD5) and the
/// settings. Equal fingerprints give equal datasets; different ones may too, which the dataset's version then shows.
/// </summary>
internal static class InputFingerprint
{
    public static string Of(DatasetDefinition dataset, IEnumerable<BlobItem> blobs)
    {
        var inputs = new
        {
            Format = DatasetManifest.CurrentFormat,
            dataset.Shards,
            dataset.ValidationFraction,
            dataset.Seed,
            Files = blobs.Select(blob => new
            {
                Bytes = blob.Properties.ContentLength,
                Content = blob.Properties.ContentHash is { Length: > 0 } md5 ? Convert.ToHexStringLower(md5) : blob.Properties.ETag?.ToString(),
            }),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(inputs, JsonBlobs.Options)));
    }
}

using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Importing;

/// <summary>
/// Activity: puts the source and what belongs to it aside, as a dataset whose version is its content's hash. A job finds them there, and
/// lineage names exactly what was imported, whatever is uploaded under the same names later.
/// </summary>
/// <param name="blobs">The data account.</param>
public sealed class PrepareImport(BlobServiceClient blobs)
{
    /// <summary>The dataset's name.</summary>
    public const string Dataset = "model-imports";

    /// <summary>Bytes that all blobs of an import may have together.</summary>
    public const long MaxBytes = 8L << 30;

    /// <summary>Bytes that a sample, or what is expected, may have: both are read into memory.</summary>
    public const long MaxArrayBytes = 256L << 20;

    /// <summary>Copies the files.</summary>
    /// <param name="input">What to import.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">A blob does not exist or is too large.</exception>
    [Function(nameof(PrepareImport))]
    public async Task<PreparedImport> RunAsync([ActivityTrigger] ImportInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient datasets = blobs.GetBlobContainerClient(DataContainers.Datasets);
        await datasets.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var found = new List<(ImportFile File, ETag ETag)>();
        long left = MaxBytes;
        foreach ((string role, string blob, string name) in Asked(input.Request))
        {
            (string sha256, long bytes, ETag etag) = await HashAsync(role, Source(blob), role is ImportFile.Sample or ImportFile.Expected ? MaxArrayBytes : left, cancellationToken);
            left -= bytes;
            found.Add((new(role, blob, name, sha256), etag));
        }

        // The names take part: two imports of the same bytes in different roles are not the same.
        var manifest = new FileManifest(Dataset, "durableml-import/1", found.Select(each => (each.File.Name, each.File.Sha256)));
        foreach ((ImportFile file, ETag etag) in found)
        {
            // Replaced since it was hashed, the blob fails this condition, and the activity is done again.
            var same = new BlobOpenReadOptions(allowModifications: false) { Conditions = new BlobRequestConditions { IfMatch = etag } };
            await using Stream content = await Source(file.Blob).OpenReadAsync(same, cancellationToken);
            await manifest.File(datasets, file.Name).UploadAsync(content, overwrite: true, cancellationToken);
        }

        await manifest.UploadAsync(datasets, cancellationToken);
        return new PreparedImport(manifest.Version, [.. found.Select(each => each.File)]);
    }

    private static IEnumerable<(string Role, string Blob, string Name)> Asked(ImportRequest request)
    {
        yield return (ImportFile.Source, request.Source, "source");
        if (request.Sample is { } sample)
        {
            yield return (ImportFile.Sample, sample, "sample" + Extension(sample));
        }

        if (request.Definition is { } definition)
        {
            yield return (ImportFile.Definition, definition, "model.py");
        }

        foreach (string weights in request.Weights ?? [])
        {
            yield return (ImportFile.Weights, weights, "weights/" + OnnxFiles.NameOf(weights));
        }

        if (request.Expected is { } expected)
        {
            yield return (ImportFile.Expected, expected, "expected" + Extension(expected));
        }
    }

    private static string Extension(string blob) => Path.GetExtension(blob).ToLowerInvariant();

    private BlobClient Source(string blob) => blobs.GetBlobContainerClient(DataContainers.Raw).GetBlobClient(blob[(DataContainers.Raw.Length + 1)..]);

    private static async Task<(string Sha256, long Bytes, ETag ETag)> HashAsync(string role, BlobClient blob, long limit, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            if (properties.ContentLength > limit)
            {
                throw new PermanentFailureException($"{role}: raw/{blob.Name} has {properties.ContentLength} bytes; {limit} are allowed.");
            }

            var same = new BlobOpenReadOptions(allowModifications: false) { Conditions = new BlobRequestConditions { IfMatch = properties.ETag } };
            await using Stream content = await blob.OpenReadAsync(same, cancellationToken);
            return (Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)), properties.ContentLength, properties.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new PermanentFailureException($"{role}: there is no blob raw/{blob.Name}.", e);
        }
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// The manifest of files that are put aside as a dataset of their own, since that is what a job finds on its node: one split of shards, a file
/// each. The version is the hash of names and contents.
/// </summary>
internal sealed class FileManifest
{
    private readonly string dataset;
    private readonly byte[] content;

    /// <summary>Describes files.</summary>
    /// <param name="dataset">The name of the datasets that such files make.</param>
    /// <param name="format">What kind of files they are.</param>
    /// <param name="files">The files, as a job finds them, with the SHA-256 of each.</param>
    public FileManifest(string dataset, string format, IEnumerable<(string Name, string Sha256)> files)
    {
        this.dataset = dataset;
        content = JsonSerializer.SerializeToUtf8Bytes(new
        {
            format,
            splits = new { source = new { shards = files.Select(file => new { features = new { file = file.Name, sha256 = file.Sha256 } }) } },
        });
        Version = Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The dataset's version.</summary>
    public string Version { get; }

    /// <summary>Where one of the files belongs.</summary>
    public BlobClient File(BlobContainerClient datasets, string name) => datasets.GetBlobClient(DatasetBlobs.File(dataset, Version, name));

    /// <summary>Writes the manifest; after the files, for it says that they are there.</summary>
    public Task UploadAsync(BlobContainerClient datasets, CancellationToken cancellationToken) =>
        File(datasets, DatasetManifest.File).UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
}

using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Inference.Registry;

/// <summary>A file to publish and where its content comes from.</summary>
/// <param name="Name">The name it gets beside the version's other files.</param>
/// <param name="OpenRead">Opens the content; called again when a publication is tried again.</param>
public sealed record ModelSource(string Name, Func<CancellationToken, Task<Stream>> OpenRead)
{
    /// <summary>A blob's content under the blob's own last segment, or <paramref name="name"/>.</summary>
    public static ModelSource FromBlob(BlobClient blob, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return new(name ?? blob.Name[(blob.Name.LastIndexOf('/') + 1)..], token => blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), token));
    }

    /// <summary>A local file's content under the file's own name, or <paramref name="name"/>.</summary>
    public static ModelSource FromFile(string path, string? name = null) =>
        new(name ?? Path.GetFileName(path), _ => Task.FromResult<Stream>(System.IO.File.OpenRead(path)));

    /// <summary>Bytes in memory.</summary>
    public static ModelSource FromBytes(string name, ReadOnlyMemory<byte> content) =>
        new(name, _ => Task.FromResult<Stream>(new MemoryStream(content.ToArray(), writable: false)));
}

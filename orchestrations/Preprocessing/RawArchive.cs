using System.Globalization;
using System.IO.Compression;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Zip archives in blobs, read by ranges.</summary>
internal static class RawArchive
{
    private const int Chunk = 1 << 20;
    private const long UncheckedBytes = 64 << 20;
    private const int MaxRatio = 200;

    /// <summary>Opens an archive. Entries are picked by name: a path in it leads nowhere.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or none.</exception>
    public static async Task<ZipArchive> OpenAsync(BlobClient blob, ETag version, CancellationToken cancellationToken)
    {
        Stream content = await blob.OpenReadAsync(
            new BlobOpenReadOptions(allowModifications: false) { BufferSize = Chunk, Conditions = new BlobRequestConditions { IfMatch = version } }, cancellationToken);
        return await ZipArchive.CreateAsync(content, ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null, cancellationToken);
    }

    /// <summary>Reads an archive, and says if it is damaged.</summary>
    /// <exception cref="DatasetFormatException">It is, or is none.</exception>
    public static async Task<T> ReadAsync<T>(BlobClient blob, ETag version, Func<ZipArchive, Task<T>> readAsync, CancellationToken cancellationToken)
    {
        string place = RawFile.Name(blob.BlobContainerName, blob.Name, entry: null);
        try
        {
            await using ZipArchive archive = await OpenAsync(blob, version, cancellationToken);
            return await readAsync(archive);
        }
        catch (InvalidDataException e)
        {
            throw new DatasetFormatException(place, "a complete zip archive", $"a damaged one ({e.Message})");
        }
    }

    /// <summary>Lets no entry pass that would unpack to far more than it is.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="place">Its name, for messages.</param>
    /// <exception cref="DatasetFormatException">It would.</exception>
    public static void Check(ZipArchiveEntry entry, string place)
    {
        if (entry.Length > UncheckedBytes && entry.Length / MaxRatio > entry.CompressedLength)
        {
            throw new DatasetFormatException(
                place, $"at most {MaxRatio} bytes unpacked of each packed one", string.Create(CultureInfo.InvariantCulture, $"{entry.Length} of {entry.CompressedLength}"));
        }
    }
}

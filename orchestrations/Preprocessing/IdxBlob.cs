using System.Globalization;
using System.IO.Compression;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Reads an IDX file from a blob, gzip or not. Plain files are read by range; a gzip file has to be read from its start.</summary>
internal static class IdxBlob
{
    private const int Chunk = 1 << 20;

    /// <summary>Reads the header and checks the length.</summary>
    /// <exception cref="DatasetFormatException">The blob is no such file, or it is cut short.</exception>
    public static async Task<RawFile> InspectAsync(BlobClient blob, bool labels, CancellationToken cancellationToken)
    {
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        string name = NameOf(blob);
        var file = new RawFile(blob.BlobContainerName, blob.Name, properties.ETag.ToString(), properties.ContentLength, await IsGzipAsync(blob, properties, cancellationToken), []);
        await using Stream stream = await OpenAsync(blob, file, 0, IdxHeader.MaxBytes, cancellationToken);
        var start = new byte[IdxHeader.MaxBytes];
        int read = await ReadAsync(stream, start, name, cancellationToken);
        IdxHeader header = IdxHeader.Read(start.AsSpan(0, read), name, labels);
        if (!file.Compressed && file.Bytes != header.FileBytes)
        {
            throw new DatasetFormatException(name, Describe(header), Text($"{file.Bytes} bytes"));
        }

        return file with { Dimensions = header.Dimensions };
    }

    /// <summary>The bytes of some examples.</summary>
    /// <exception cref="DatasetFormatException">The file is cut short, longer than its header says, or has changed since it was inspected.</exception>
    public static async Task<byte[]> ReadExamplesAsync(BlobServiceClient blobs, RawFile file, int first, int count, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(file.Container).GetBlobClient(file.Blob);
        string name = NameOf(blob);
        var header = new IdxHeader(file.Dimensions);
        long offset = header.HeaderBytes + ((long)first * header.ExampleBytes);
        var examples = new byte[(long)count * header.ExampleBytes];
        try
        {
            await using Stream stream = await OpenAsync(blob, file, offset, examples.Length, cancellationToken);
            int read = await ReadAsync(stream, examples, name, cancellationToken);
            bool last = first + count == header.Count;
            if (read < examples.Length || (last && file.Compressed && await ReadAsync(stream, new byte[1], name, cancellationToken) > 0))
            {
                string found = read < examples.Length ? "fewer" : "more";
                throw new DatasetFormatException(name, Describe(header), found);
            }

            return examples;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new DatasetFormatException(name, "the blob that the dataset was planned from", "another version of it, or none; start the run again");
        }
    }

    private static string NameOf(BlobClient blob) => $"{blob.BlobContainerName}/{blob.Name}";

    private static string Describe(IdxHeader header) =>
        Text($"{header.FileBytes} bytes ({header.Count} examples of {header.ExampleBytes} bytes after a header of {header.HeaderBytes})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> IsGzipAsync(BlobClient blob, BlobProperties properties, CancellationToken cancellationToken)
    {
        if (properties.ContentLength < 2)
        {
            return false;
        }

        BlobDownloadResult start = await blob.DownloadContentAsync(
            new BlobDownloadOptions { Range = new HttpRange(0, 2), Conditions = new BlobRequestConditions { IfMatch = properties.ETag } }, cancellationToken);
        return start.Content.ToMemory().Span.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]);
    }

    private static async Task<Stream> OpenAsync(BlobClient blob, RawFile file, long offset, long length, CancellationToken cancellationToken)
    {
        if (offset >= file.Bytes && !file.Compressed)
        {
            return Stream.Null;
        }

        var options = new BlobDownloadOptions
        {
            Conditions = new BlobRequestConditions { IfMatch = new ETag(file.ETag) },
            Range = file.Compressed ? default : new HttpRange(offset, length),
        };
        BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(options, cancellationToken);
        if (!file.Compressed)
        {
            return download.Content;
        }

        var unzipped = new GZipStream(download.Content, CompressionMode.Decompress);
        try
        {
            await SkipAsync(unzipped, offset, NameOf(blob), cancellationToken);
            return unzipped;
        }
        catch
        {
            await unzipped.DisposeAsync();
            throw;
        }
    }

    private static async Task SkipAsync(Stream stream, long bytes, string name, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(bytes, Chunk)];
        for (long left = bytes; left > 0;)
        {
            int read = await ReadAsync(stream, buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), name, cancellationToken);
            if (read == 0)
            {
                return;
            }

            left -= read;
        }
    }

    private static async Task<int> ReadAsync(Stream stream, Memory<byte> buffer, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new DatasetFormatException(name, "a complete gzip file", $"a damaged one ({e.Message})");
        }
    }
}

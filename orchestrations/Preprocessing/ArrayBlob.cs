using System.Globalization;
using System.IO.Compression;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>
/// Reads a raw array from a blob: plain, gzip, or an entry of a zip archive. Plain files are read by range; what is compressed has to be
/// read from its start.
/// </summary>
internal static class ArrayBlob
{
    private const int Chunk = 1 << 20;
    private const int MaxEntries = 10_000;

    /// <summary>The names of an archive's entries.</summary>
    /// <exception cref="DatasetFormatException">It is no zip archive, a damaged one, or one that is beyond the limits.</exception>
    public static Task<IReadOnlyList<string>> EntriesAsync(BlobClient blob, ETag version, CancellationToken cancellationToken) =>
        RawArchive.ReadAsync<IReadOnlyList<string>>(
            blob, version,
            archive => archive.Entries.Count <= MaxEntries
                ? Task.FromResult<IReadOnlyList<string>>([.. archive.Entries.Where(entry => entry.Name.Length > 0).Select(entry => entry.FullName)])
                : throw new DatasetFormatException(RawFile.Name(blob.BlobContainerName, blob.Name, entry: null), $"at most {MaxEntries} entries", Text($"{archive.Entries.Count}")),
            cancellationToken);

    /// <summary>Reads the header and checks the length.</summary>
    /// <exception cref="DatasetFormatException">The blob is no such file, or it is cut short.</exception>
    public static async Task<RawFile> InspectAsync(BlobClient blob, string? entry, bool labels, CancellationToken cancellationToken)
    {
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        var none = new ArrayHeader(ElementType.UInt8, IsBigEndian: false, [], 0);
        var file = new RawFile(blob.BlobContainerName, blob.Name, properties.ETag.ToString(), properties.ContentLength, Compressed: false, none) { Entry = entry };
        var start = new byte[ArrayHeader.MaxBytes];
        (int read, _) = await FillAsync(blob, file, 0, start, cancellationToken);
        if (entry is null && read >= 2 && start is [0x1F, 0x8B, ..])
        {
            file = file with { Compressed = true };
            (read, _) = await FillAsync(blob, file, 0, start, cancellationToken);
        }

        ArrayHeader header = ArrayHeader.Read(start.AsSpan(0, read), file.Place, labels);
        return !file.Compressed && entry is null && file.Bytes != header.FileBytes
            ? throw new DatasetFormatException(file.Place, Describe(header), Text($"{file.Bytes} bytes"))
            : file with { Header = header };
    }

    /// <summary>The bytes of some examples, in this machine's order.</summary>
    /// <exception cref="DatasetFormatException">The file is cut short, longer than its header says, or has changed since it was inspected.</exception>
    public static async Task<byte[]> ReadExamplesAsync(BlobServiceClient blobs, RawFile file, int first, int count, CancellationToken cancellationToken)
    {
        BlobClient blob = blobs.GetBlobContainerClient(file.Container).GetBlobClient(file.Blob);
        ArrayHeader header = file.Header;
        var examples = new byte[(long)count * header.ExampleBytes];
        (int read, bool more) = header.IsColumnMajor
            ? await OpenAsync(blob, file, new HttpRange(header.HeaderBytes), content => FillByColumnAsync(content, file, first, examples, cancellationToken), cancellationToken)
            : await FillAsync(blob, file, header.HeaderBytes + ((long)first * header.ExampleBytes), examples, cancellationToken);
        if (read < examples.Length || (first + count == header.Count && more))
        {
            throw new DatasetFormatException(file.Place, Describe(header), read < examples.Length ? "fewer" : "more");
        }

        header.ToNativeOrder(examples);
        return examples;
    }

    private static string Describe(ArrayHeader header) =>
        Text($"{header.FileBytes} bytes ({header.Count} examples of {header.ExampleBytes} bytes after a header of {header.HeaderBytes})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Fills a buffer from an offset of the unpacked array; says how much there was, and of what is compressed whether there is more.</summary>
    private static async Task<(int Read, bool More)> FillAsync(BlobClient blob, RawFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!file.IsPlain)
        {
            return await OpenAsync(blob, file, default, content => FillAsync(content, offset, buffer, cancellationToken), cancellationToken);
        }

        return offset >= file.Bytes ? (0, false)
            : await OpenAsync(
                blob, file, new HttpRange(offset, buffer.Length),
                async content => (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken), false), cancellationToken);
    }

    /// <summary>Fills a buffer with row-major examples of a column-major array, whose every column is passed once.</summary>
    private static async Task<(int Read, bool More)> FillByColumnAsync(Stream content, RawFile file, int first, byte[] examples, CancellationToken cancellationToken)
    {
        ArrayHeader header = file.Header;
        int size = header.ElementBytes;
        var column = new byte[examples.Length / header.ExampleLength];
        long before = (file.IsPlain ? 0 : header.HeaderBytes) + ((long)first * size);
        for (int number = 0; number < header.ExampleLength; number++)
        {
            if (!await SkipAsync(content, before, cancellationToken)
                || await content.ReadAtLeastAsync(column, column.Length, throwOnEndOfStream: false, cancellationToken) < column.Length)
            {
                return (number * column.Length, false);
            }

            int place = header.RowMajorPlace(number) * size;
            for (int at = 0; at < column.Length; at += size, place += header.ExampleBytes)
            {
                column.AsSpan(at, size).CopyTo(examples.AsSpan(place));
            }

            before = ((long)header.Count * size) - column.Length;
        }

        return (examples.Length, await content.ReadAsync(new byte[1], cancellationToken) > 0);
    }

    /// <summary>Opens the unpacked array from its start; a plain file from where a range says.</summary>
    private static async Task<T> OpenAsync<T>(BlobClient blob, RawFile file, HttpRange plainRange, Func<Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            if (file.Entry is { } wanted)
            {
                await using ZipArchive archive = await RawArchive.OpenAsync(blob, new ETag(file.ETag), cancellationToken);
                ZipArchiveEntry entry = archive.GetEntry(wanted) ?? throw new InvalidDataException("the entry is not there any more");
                RawArchive.Check(entry, file.Place);
                await using Stream content = await entry.OpenAsync(cancellationToken);
                return await read(content);
            }

            var options = new BlobDownloadOptions
            {
                Conditions = new BlobRequestConditions { IfMatch = new ETag(file.ETag) },
                Range = file.IsPlain ? plainRange : default,
            };
            BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(options, cancellationToken);
            if (!file.Compressed)
            {
                await using Stream plain = download.Content;
                return await read(plain);
            }

            await using var unzipped = new GZipStream(download.Content, CompressionMode.Decompress);
            return await read(unzipped);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new DatasetFormatException(file.Place, "the blob that the dataset was planned from", "another version of it, or none; start the run again");
        }
        catch (InvalidDataException e)
        {
            throw new DatasetFormatException(file.Place, file.Compressed ? "a complete gzip file" : "a complete zip archive", $"a damaged one ({e.Message})");
        }
    }

    private static async Task<(int Read, bool More)> FillAsync(Stream unpacked, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!await SkipAsync(unpacked, offset, cancellationToken))
        {
            return (0, false);
        }

        int read = await unpacked.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return (read, read == buffer.Length && await unpacked.ReadAsync(new byte[1], cancellationToken) > 0);
    }

    private static async Task<bool> SkipAsync(Stream content, long bytes, CancellationToken cancellationToken)
    {
        var skipped = new byte[Math.Min(bytes, Chunk)];
        for (long left = bytes; left > 0;)
        {
            int passed = await content.ReadAtLeastAsync(skipped.AsMemory(0, (int)Math.Min(left, skipped.Length)), 1, throwOnEndOfStream: false, cancellationToken);
            if (passed == 0)
            {
                return false;
            }

            left -= passed;
        }

        return true;
    }
}

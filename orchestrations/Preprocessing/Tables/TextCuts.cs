using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>Finds where a long file of separated text can be cut between two rows, so that its pieces are read side by side.</summary>
internal static class TextCuts
{
    private const int BufferBytes = 256 << 10;
    private const int Parallel = 8;

    /// <summary>Where rows begin: first the end of the header, then about every so many bytes. None where the file cannot be cut.</summary>
    /// <param name="blob">The file.</param>
    /// <param name="conditions">Its version.</param>
    /// <param name="length">Its length.</param>
    /// <param name="pieceBytes">Bytes of a piece, about.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public static async Task<IReadOnlyList<long>> FindAsync(
        BlobClient blob, BlobRequestConditions conditions, long length, long pieceBytes, CancellationToken cancellationToken)
    {
        var ranges = new Scanned[(length + pieceBytes - 1) / pieceBytes];
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, ranges.Length),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (range, token) =>
            {
                var options = new BlobDownloadOptions
                {
                    Range = new HttpRange(range * pieceBytes, Math.Min(pieceBytes, length - (range * pieceBytes))),
                    Conditions = conditions,
                };
                BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(options, token);
                await using Stream content = download.Content;
                ranges[range] = await ScanAsync(content, range * pieceBytes, token);
            });

        // UTF-16 has other bytes between its rows, and without its header no other piece means anything.
        if (ranges[0].IsWide || ranges[0].Row is null)
        {
            return [];
        }

        var cuts = new List<long>();
        bool isQuoted = false;
        foreach (Scanned range in ranges)
        {
            if ((isQuoted ? range.RowAfterQuote : range.Row) is { } row && row < length)
            {
                cuts.Add(row);
            }

            isQuoted ^= range.HasOddQuotes;
        }

        return cuts;
    }

    /// <summary>Looks for the first line end that is not between quotation marks: both if the range begins between two of them and if it does not.</summary>
    private static async Task<Scanned> ScanAsync(Stream content, long start, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        long? row = null;
        long? rowAfterQuote = null;
        bool isOdd = false;
        bool isWide = false;
        long at = start;
        for (int read; (read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0; at += read)
        {
            isWide |= at == 0 && buffer.AsSpan(0, 2) is [0xFF, 0xFE] or [0xFE, 0xFF];
            Scan(buffer.AsSpan(0, read));
        }

        return new Scanned(row, rowAfterQuote, isOdd, isWide);

        void Scan(ReadOnlySpan<byte> bytes)
        {
            int next = 0;
            while (row is null || rowAfterQuote is null)
            {
                bool isKnown = (isOdd ? rowAfterQuote : row) is not null;
                int found = isKnown ? bytes[next..].IndexOf((byte)'"') : bytes[next..].IndexOfAny((byte)'"', (byte)'\n');
                if (found < 0)
                {
                    return;
                }

                next += found + 1;
                if (bytes[next - 1] == '"')
                {
                    isOdd = !isOdd;
                }
                else if (isOdd)
                {
                    rowAfterQuote ??= at + next;
                }
                else
                {
                    row ??= at + next;
                }
            }

            isOdd ^= bytes[next..].Count((byte)'"') % 2 == 1;
        }
    }

    private readonly record struct Scanned(long? Row, long? RowAfterQuote, bool HasOddQuotes, bool IsWide);
}

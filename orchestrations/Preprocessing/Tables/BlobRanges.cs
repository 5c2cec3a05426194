using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>A blob that is read here and there: what was loaded before is read from memory, the rest by range as it is asked for.</summary>
/// <param name="blob">The blob.</param>
/// <param name="conditions">Its version.</param>
/// <param name="length">Its length.</param>
internal sealed class BlobRanges(BlobClient blob, BlobRequestConditions conditions, long length) : Stream
{
    private const int ReadAhead = 1 << 20;

    private readonly List<(long Start, ReadOnlyMemory<byte> Bytes)> loaded = [];
    private (long Start, ReadOnlyMemory<byte> Bytes) recent;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    /// <summary>Loads some bytes, which stay in memory.</summary>
    public async Task LoadAsync(long start, long count, CancellationToken cancellationToken) => loaded.Add(await FetchAsync(start, count, cancellationToken));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsInMemory(buffer.Length))
        {
            recent = await FetchAsync(Position, Missing(buffer.Length), cancellationToken);
        }

        return Copy(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        if (!IsInMemory(buffer.Length))
        {
            recent = (Position, blob.DownloadContent(Options(Position, Missing(buffer.Length))).Value.Content.ToMemory());
        }

        return Copy(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length });

    public override void Flush() => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static bool Holds((long Start, ReadOnlyMemory<byte> Bytes) range, long position) =>
        position >= range.Start && position < range.Start + range.Bytes.Length;

    private bool IsInMemory(int count) =>
        count == 0 || Position >= length || Holds(recent, Position) || loaded.Exists(range => Holds(range, Position));

    private long Missing(int count) => Math.Min(Math.Max(count, ReadAhead), length - Position);

    private int Copy(Span<byte> buffer)
    {
        (long start, ReadOnlyMemory<byte> bytes) = Holds(recent, Position) ? recent : loaded.Find(range => Holds(range, Position));
        int count = Position >= length ? 0 : Math.Min(buffer.Length, (int)(start + bytes.Length - Position));
        if (count > 0)
        {
            bytes.Span.Slice((int)(Position - start), count).CopyTo(buffer);
            Position += count;
        }

        return count;
    }

    // Into memory of the right size: the client itself would let it grow, and use three times as much.
    private async Task<(long Start, ReadOnlyMemory<byte> Bytes)> FetchAsync(long start, long count, CancellationToken cancellationToken)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)count);
        BlobDownloadStreamingResult download = await blob.DownloadStreamingAsync(Options(start, count), cancellationToken);
        await using Stream content = download.Content;
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return (start, bytes);
    }

    private BlobDownloadOptions Options(long start, long count) =>
        new() { Range = new HttpRange(start, count), Conditions = conditions };
}

/// <summary>Some bytes, then what another stream holds; that one is closed with it.</summary>
internal sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest) : Stream
{
    private ReadOnlyMemory<byte> left = head;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        left.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : ValueTask.FromResult(TakeHead(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        left.IsEmpty ? rest.Read(buffer, offset, count) : TakeHead(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int TakeHead(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, left.Length);
        left.Span[..count].CopyTo(buffer);
        left = left[count..];
        return count;
    }
}

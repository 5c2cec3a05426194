using System.Security.Cryptography;

namespace DurableMl.Inference.Registry;

/// <summary>Passes reads through and hashes what passes. Forward only, so that nothing is hashed twice or skipped.</summary>
internal sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
{
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("HashingStream.Length");

    public override long Position
    {
        get => BytesRead;
        set => throw new NotSupportedException("HashingStream.Position");
    }

    public override int Read(byte[] buffer, int offset, int count) => Seen(buffer.AsSpan(offset, inner.Read(buffer, offset, count)));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        return Seen(buffer.Span[..read]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("HashingStream.Seek");

    public override void SetLength(long value) => throw new NotSupportedException("HashingStream.SetLength");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("HashingStream.Write");

    private int Seen(ReadOnlySpan<byte> data)
    {
        hash.AppendData(data);
        BytesRead += data.Length;
        return data.Length;
    }
}

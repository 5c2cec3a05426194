using System.Security.Cryptography;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs;

namespace DurableMl.Inference.Registry;

/// <summary>What to publish as a new version of a model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Lineage">What it came from; <see cref="ModelLineage.Run"/> and <see cref="ModelLineage.Trial"/> identify the publication.</param>
/// <param name="Files">The files, the entry among them.</param>
public sealed record ModelPublication(string Model, ModelLineage Lineage, IReadOnlyList<ModelSource> Files)
{
    /// <summary>The file to load.</summary>
    public string Entry { get; init; } = "model.onnx";

    /// <summary>Metrics measured before publication, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The model's inputs, as <see cref="Sessions.ModelSession.Inputs"/> gives them.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>The model's outputs, as <see cref="Sessions.ModelSession.Outputs"/> gives them.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>One of <see cref="Files"/>: an Open Inference Protocol request that warms the model up.</summary>
    public string? Sample { get; init; }

    /// <summary>What <see cref="Batching.RowCheck"/> found; without it, rows of different callers never share a run.</summary>
    public BatchingEvidence? Batching { get; init; }

    /// <summary>Figures of the examples that it was evaluated on, which those of requests are compared with.</summary>
    public FeatureStatistics? Statistics { get; init; }

    /// <summary>How to serve it; null for the defaults.</summary>
    public ServingOptions? Serving { get; init; }
}

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

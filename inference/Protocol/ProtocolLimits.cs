using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

/// <summary>How large a request may be.</summary>
public sealed record ProtocolLimits
{
    /// <summary>Bytes of a request's body, after decompression.</summary>
    public int MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of the JSON object before binary data.</summary>
    public int MaxHeaderBytes { get; init; } = 64 << 20;

    /// <summary>Inputs, outputs or parameters in a request.</summary>
    public int MaxNames { get; init; } = 1024;

    /// <summary>Dimensions of a tensor.</summary>
    public int MaxRank { get; init; } = 32;

    /// <summary>
    /// The largest dimension of a tensor without elements, whose dimensions no data bounds: what is done for every row costs memory and time all the same.
    /// </summary>
    public int MaxEmptyDimension { get; init; } = 1 << 16;

    /// <summary>What the bodies and decoded tensors of all requests may take up together.</summary>
    internal MemoryBudget Memory { get; init; } = MemoryBudget.Unlimited;

    /// <summary>Memory for what a request brings, out of <see cref="Memory"/>.</summary>
    /// <exception cref="InferenceException">503: other requests have too much of it.</exception>
    internal PooledMemory Rent(int length, int alignedOffset = 0) =>
        PooledMemory.TryRent(length, alignedOffset, Memory)
        ?? throw new InferenceException(503, "The requests being answered take up all the memory that they may together. Try again.", TimeSpan.FromSeconds(1));
}

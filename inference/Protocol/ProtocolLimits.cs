namespace DurableMl.Inference.Protocol;

/// <summary>How large a request may be.</summary>
internal sealed record ProtocolLimits
{
    /// <summary>Dimensions of a tensor.</summary>
    public const int MaxRank = 32;

    // What is done for every row costs memory and time also where there are no elements, whose number no data bounds.
    private const int MaxEmptyDimension = 1 << 16;

    /// <summary>Bytes of a request's body, after decompression.</summary>
    public int MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>What the bodies and decoded tensors of all requests may take up together.</summary>
    public MemoryBudget Memory { get; init; } = MemoryBudget.Unlimited;

    /// <summary>Memory for what a request brings, out of <see cref="Memory"/>.</summary>
    /// <exception cref="InferenceException">503: other requests have too much of it.</exception>
    public PooledMemory Rent(int length, int alignedOffset = 0) =>
        PooledMemory.TryRent(length, alignedOffset, Memory)
        ?? throw new InferenceException(503, "The requests being answered take up all the memory that they may together. Try again.", TimeSpan.FromSeconds(1));

    /// <exception cref="InferenceException">400: a shape has too many dimensions, a negative one, or one that is too large for a tensor without elements.</exception>
    public static void CheckShape(long[] shape, int index)
    {
        if (shape.Length > MaxRank)
        {
            throw InferenceException.Input(index, "shape", $"has more than {MaxRank} dimensions.");
        }

        if (shape.AsSpan().IndexOfAnyInRange(long.MinValue, -1) is >= 0 and int negative)
        {
            throw InferenceException.Input(index, $"shape[{negative}]", "is not a whole number of at least 0.");
        }

        if (shape.Contains(0) && shape.AsSpan().IndexOfAnyExceptInRange(0, MaxEmptyDimension) is >= 0 and int large)
        {
            throw InferenceException.Input(
                index, $"shape[{large}]", $"is {shape[large]}; a tensor without elements, as {TensorShape.Text(shape)} is one, has dimensions of at most {MaxEmptyDimension}.");
        }
    }
}

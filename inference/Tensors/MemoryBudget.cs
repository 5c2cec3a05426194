namespace DurableMl.Inference.Tensors;

/// <summary>Bytes of memory that several owners may have together.</summary>
/// <param name="limit">How many.</param>
internal sealed class MemoryBudget(long limit)
{
    private long taken;

    /// <summary>One that never runs out.</summary>
    public static MemoryBudget Unlimited { get; } = new(long.MaxValue);

    /// <summary>Bytes in use.</summary>
    public long Taken => Interlocked.Read(ref taken);

    /// <summary>Takes bytes, unless that would be too many.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= limit)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref taken, -bytes);
}

using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DurableMl.Onnx;

/// <summary>
/// Memory at a fixed address that tensors share: a request's body, a batch, or what ONNX Runtime returned. Counted references, because a
/// request can be given up (deadline, disconnect) while a run or a shadow still reads its tensors.
/// </summary>
internal abstract class TensorMemory
{
    private int references = 1;

    /// <summary>A view of <paramref name="length"/> bytes at <paramref name="address"/>, valid while a reference is held.</summary>
    public static unsafe Span<byte> SpanAt(nint address, int length) => new((void*)address, length);

    /// <summary>Where a span of native or pinned memory begins, also one that claims to be empty.</summary>
    public static unsafe nint AddressOf(Span<byte> pinned) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    public void AddReference() => Interlocked.Increment(ref references);

    public void Release()
    {
        int left = Interlocked.Decrement(ref references);
        if (left == 0)
        {
            Free();
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("Tensor memory was released more often than referenced.");
        }
    }

    protected abstract void Free();
}

/// <summary>A pinned array from the shared pool.</summary>
internal sealed class PooledMemory : TensorMemory
{
    /// <summary>ONNX Runtime aligns its own tensors like this; kernels are fastest when others' are too.</summary>
    public const int Alignment = 64;

    private readonly byte[] array;
    private readonly GCHandle handle;
    private readonly MemoryBudget? budget;

    private PooledMemory(int length, int alignedOffset, MemoryBudget? budget)
    {
        this.budget = budget;
        array = ArrayPool<byte>.Shared.Rent(checked(length + Alignment));
        handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        nint start = handle.AddrOfPinnedObject();
        Start = (int)((Alignment - ((start + alignedOffset) % Alignment)) % Alignment);
        Address = start + Start;
        Length = length;
    }

    /// <summary>Where it begins.</summary>
    public nint Address { get; }

    public int Length { get; }

    public Span<byte> Span => array.AsSpan(Start, Length);

    public Memory<byte> Memory => array.AsMemory(Start, Length);

    private int Start { get; }

    /// <summary>Memory of <paramref name="length"/> bytes whose byte <paramref name="alignedOffset"/> lies at an aligned address.</summary>
    public static PooledMemory Rent(int length, int alignedOffset = 0) => new(length, alignedOffset, null);

    /// <summary>The same out of a budget, to which it returns with the last reference; null where that has not enough left.</summary>
    public static PooledMemory? TryRent(int length, int alignedOffset, MemoryBudget budget) =>
        budget.TryTake(Charge(length)) ? new(length, alignedOffset, budget) : null;

    // What the pool gives: arrays of powers of two.
    private static long Charge(int length) => BitOperations.RoundUpToPowerOf2((uint)length + Alignment);

    protected override void Free()
    {
        handle.Free();
        ArrayPool<byte>.Shared.Return(array);
        budget?.Return(Charge(Length));
    }
}

/// <summary>Values that ONNX Runtime returned, one or all of a run; they are disposed with the last reference.</summary>
internal sealed class OrtMemory(IDisposable values) : TensorMemory
{
    protected override void Free() => values.Dispose();
}

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

using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DurableMl.Inference.Tensors;

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

    public override nint Address { get; }

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

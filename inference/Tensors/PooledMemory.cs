using System.Buffers;
using System.Runtime.InteropServices;

namespace DurableMl.Inference.Tensors;

/// <summary>A pinned array from the shared pool.</summary>
internal sealed class PooledMemory : TensorMemory
{
    /// <summary>ONNX Runtime aligns its own tensors like this; kernels are fastest when others' are too.</summary>
    public const int Alignment = 64;

    private readonly byte[] array;
    private readonly GCHandle handle;

    private PooledMemory(int length, int alignedOffset)
    {
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
    public static PooledMemory Rent(int length, int alignedOffset = 0) => new(length, alignedOffset);

    protected override void Free()
    {
        handle.Free();
        ArrayPool<byte>.Shared.Return(array);
    }
}

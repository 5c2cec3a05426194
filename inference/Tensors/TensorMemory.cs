using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DurableMl.Inference.Tensors;

/// <summary>
/// Memory at a fixed address that tensors share: a request's body, a batch, or what ONNX Runtime returned. Counted references, because a
/// request can be given up (deadline, disconnect) while a run or a shadow still reads its tensors.
/// </summary>
internal abstract class TensorMemory
{
    private int references = 1;

    /// <summary>Where it begins.</summary>
    public abstract nint Address { get; }

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

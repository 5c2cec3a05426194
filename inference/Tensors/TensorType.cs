using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DurableMl.Inference.Tensors;

/// <summary>
/// A tensor element type as the Open Inference Protocol names it, with its ONNX Runtime counterpart and size.
/// The protocol's types are BOOL, UINT8/16/32/64, INT8/16/32/64, FP16/32/64 and BYTES; BF16 is Triton's addition. Ours are the 8-bit floats
/// FP8E4M3FN, FP8E4M3FNUZ, FP8E5M2, FP8E5M2FNUZ and FP8E8M0, and the packed types FP4E2M1, INT4, UINT4, INT2 and UINT2. ONNX Runtime has
/// no complex tensors.
/// </summary>
/// <param name="Name">The protocol's name.</param>
/// <param name="Element">ONNX Runtime's type.</param>
/// <param name="Bits">Bits per element; 0 for BYTES, whose elements each carry their length.</param>
public sealed record TensorType(string Name, TensorElementType Element, int Bits)
{
    /// <summary>Every type, by the protocol's name.</summary>
    public static FrozenDictionary<string, TensorType> ByName { get; } = new TensorType[]
    {
        new("BOOL", TensorElementType.Bool, 8),
        new("UINT8", TensorElementType.UInt8, 8),
        new("UINT16", TensorElementType.UInt16, 16),
        new("UINT32", TensorElementType.UInt32, 32),
        new("UINT64", TensorElementType.UInt64, 64),
        new("INT8", TensorElementType.Int8, 8),
        new("INT16", TensorElementType.Int16, 16),
        new("INT32", TensorElementType.Int32, 32),
        new("INT64", TensorElementType.Int64, 64),
        new("FP16", TensorElementType.Float16, 16),
        new("BF16", TensorElementType.BFloat16, 16),
        new("FP32", TensorElementType.Float, 32),
        new("FP64", TensorElementType.Double, 64),
        new("BYTES", TensorElementType.String, 0),

        // The binding's enumeration ends before these; the numbers are ONNXTensorElementDataType's.
        new("FP8E4M3FN", (TensorElementType)17, 8),
        new("FP8E4M3FNUZ", (TensorElementType)18, 8),
        new("FP8E5M2", (TensorElementType)19, 8),
        new("FP8E5M2FNUZ", (TensorElementType)20, 8),
        new("UINT4", (TensorElementType)21, 4),
        new("INT4", (TensorElementType)22, 4),
        new("FP4E2M1", (TensorElementType)23, 4),
        new("UINT2", (TensorElementType)24, 2),
        new("INT2", (TensorElementType)25, 2),
        new("FP8E8M0", (TensorElementType)26, 8),
    }.ToFrozenDictionary(type => type.Name);

    private static readonly FrozenDictionary<TensorElementType, TensorType> ByElement = ByName.Values.ToFrozenDictionary(type => type.Element);

    /// <summary>Whether elements are strings or byte strings of varying length.</summary>
    public bool IsBytes => Bits == 0;

    /// <summary>Whether several elements share a byte: the first in the lowest bits, the last byte filled up with zeros.</summary>
    public bool IsPacked => Bits is > 0 and < 8;

    /// <summary>Bytes of an element on its own; 0 for BYTES.</summary>
    public int Size => (Bits + 7) / 8;

    /// <summary>Bytes of so many elements one after the other; not for BYTES.</summary>
    public long Bytes(long elements) => ((elements * Bits) + 7) / 8;

    /// <summary>The type for ONNX Runtime's <paramref name="element"/>, or null where there is none.</summary>
    public static TensorType? Of(TensorElementType element) => ByElement.GetValueOrDefault(element);
}

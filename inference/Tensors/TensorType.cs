using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DurableMl.Inference.Tensors;

/// <summary>
/// A tensor element type as the Open Inference Protocol names it, with its ONNX Runtime counterpart and size.
/// The protocol's types are BOOL, UINT8/16/32/64, INT8/16/32/64, FP16/32/64 and BYTES; BF16 is Triton's addition.
/// </summary>
/// <param name="Name">The protocol's name.</param>
/// <param name="Element">ONNX Runtime's type.</param>
/// <param name="Size">Bytes per element; 0 for BYTES, whose elements each carry their length.</param>
public sealed record TensorType(string Name, TensorElementType Element, int Size)
{
    /// <summary>Every type, by the protocol's name.</summary>
    public static FrozenDictionary<string, TensorType> ByName { get; } = new TensorType[]
    {
        new("BOOL", TensorElementType.Bool, 1),
        new("UINT8", TensorElementType.UInt8, 1),
        new("UINT16", TensorElementType.UInt16, 2),
        new("UINT32", TensorElementType.UInt32, 4),
        new("UINT64", TensorElementType.UInt64, 8),
        new("INT8", TensorElementType.Int8, 1),
        new("INT16", TensorElementType.Int16, 2),
        new("INT32", TensorElementType.Int32, 4),
        new("INT64", TensorElementType.Int64, 8),
        new("FP16", TensorElementType.Float16, 2),
        new("BF16", TensorElementType.BFloat16, 2),
        new("FP32", TensorElementType.Float, 4),
        new("FP64", TensorElementType.Double, 8),
        new("BYTES", TensorElementType.String, 0),
    }.ToFrozenDictionary(type => type.Name);

    private static readonly FrozenDictionary<TensorElementType, TensorType> ByElement = ByName.Values.ToFrozenDictionary(type => type.Element);

    /// <summary>Whether elements are strings or byte strings of varying length.</summary>
    public bool IsBytes => Size == 0;

    /// <summary>The type for ONNX Runtime's <paramref name="element"/>, or null where the protocol has none (complex numbers, for example).</summary>
    public static TensorType? Of(TensorElementType element) => ByElement.GetValueOrDefault(element);
}

using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DurableMl.Inference.Tensors;

/// <summary>A tensor's element type as the Open Inference Protocol names it (BF16 is Triton's addition), with its ONNX Runtime counterpart.</summary>
/// <param name="Name">The protocol's name.</param>
/// <param name="Element">ONNX Runtime's type.</param>
/// <param name="Size">Bytes of an element; 0 for BYTES, whose elements each carry their length.</param>
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

    /// <summary>Whether elements are floating-point numbers.</summary>
    public bool IsFloat => Name is "FP32" or "FP64" or "FP16" or "BF16";

    /// <summary>The type for ONNX Runtime's <paramref name="element"/>, or null where there is none.</summary>
    public static TensorType? Of(TensorElementType element) => ByElement.GetValueOrDefault(element);

    /// <summary>The place of the first NaN, which a model would silently spread into every score; -1 if there is none.</summary>
    internal int IndexOfNaN(ReadOnlySpan<byte> data) => Name switch
    {
        "FP32" => IndexOfNaN(MemoryMarshal.Cast<byte, float>(data)),
        "FP64" => IndexOfNaN(MemoryMarshal.Cast<byte, double>(data)),
        "FP16" => IndexOfLarger(MemoryMarshal.Cast<byte, ushort>(data), 0x7C00),
        "BF16" => IndexOfLarger(MemoryMarshal.Cast<byte, ushort>(data), 0x7F80),
        _ => -1,
    };

    private static int IndexOfNaN<T>(ReadOnlySpan<T> values)
        where T : struct, IFloatingPointIeee754<T>
    {
        int i = 0;
        while (i <= values.Length - Vector<T>.Count && new Vector<T>(values[i..]) is var vector && Vector.EqualsAll(vector, vector))
        {
            i += Vector<T>.Count;
        }

        while (i < values.Length && !T.IsNaN(values[i]))
        {
            i++;
        }

        return i < values.Length ? i : -1;
    }

    // NaN: the exponent all ones, as in infinity, and more besides.
    private static int IndexOfLarger(ReadOnlySpan<ushort> values, int infinity)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if ((values[i] & 0x7FFF) > infinity)
            {
                return i;
            }
        }

        return -1;
    }
}

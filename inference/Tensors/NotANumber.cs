using System.Numerics;
using System.Runtime.InteropServices;

namespace DurableMl.Inference.Tensors;

/// <summary>Looks for NaN, which a model would silently spread into every score.</summary>
internal static class NotANumber
{
    /// <summary>The first NaN's place, or -1 if there is none.</summary>
    public static int IndexOf(TensorType type, ReadOnlySpan<byte> data) => type.Name switch
    {
        "FP32" => IndexOf(MemoryMarshal.Cast<byte, float>(data)),
        "FP64" => IndexOf(MemoryMarshal.Cast<byte, double>(data)),
        "FP16" => IndexOfLarger(MemoryMarshal.Cast<byte, ushort>(data), 0x7C00),
        "BF16" => IndexOfLarger(MemoryMarshal.Cast<byte, ushort>(data), 0x7F80),
        _ => MiniFloat.ByType.TryGetValue(type.Name, out MiniFloat? format) && !type.IsPacked ? format.IndexOfNaN(data) : -1,
    };

    private static int IndexOf<T>(ReadOnlySpan<T> values)
        where T : struct, IFloatingPointIeee754<T>
    {
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            var vector = new Vector<T>(values[i..]);
            if (!Vector.EqualsAll(vector, vector))
            {
                break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (T.IsNaN(values[i]))
            {
                return i;
            }
        }

        return -1;
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

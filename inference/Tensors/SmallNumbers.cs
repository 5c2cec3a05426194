using System.Runtime.InteropServices;

namespace DurableMl.Inference.Tensors;

/// <summary>Reads the element types that .NET has no type for: bfloat16, float8, float4, and whole numbers of 4 or 2 bits.</summary>
internal static class SmallNumbers
{
    /// <summary>All elements' values, which FP32 holds exactly.</summary>
    public static float[] Values(Tensor tensor)
    {
        if (tensor.Type.Name == "BF16")
        {
            ReadOnlySpan<ushort> wide = MemoryMarshal.Cast<byte, ushort>(tensor.Data);
            var brain = new float[wide.Length];
            for (int i = 0; i < brain.Length; i++)
            {
                brain[i] = BrainFloat.ToSingle(wide[i]);
            }

            return brain;
        }

        TensorType type = tensor.Type;
        MiniFloat? format = MiniFloat.ByType.GetValueOrDefault(type.Name);
        ReadOnlySpan<byte> data = tensor.Data;
        var values = new float[TensorShape.Elements(tensor.Shape)];
        for (int i = 0; i < values.Length; i++)
        {
            byte code = type.IsPacked ? PackedElements.Element(data, type.Bits, i) : data[i];
            // Whole numbers are two's complement in the type's own bits.
            bool negative = type.Name is "INT4" or "INT2" && code >= 1 << (type.Bits - 1);
            values[i] = format?.ToSingle(code) ?? (negative ? code - (1 << type.Bits) : code);
        }

        return values;
    }
}

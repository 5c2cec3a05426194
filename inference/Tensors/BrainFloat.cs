namespace DurableMl.Inference.Tensors;

/// <summary>bfloat16: the upper half of an IEEE 754 single.</summary>
internal static class BrainFloat
{
    /// <summary>The nearest bfloat16, ties to even.</summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    public static float ToSingle(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);
}

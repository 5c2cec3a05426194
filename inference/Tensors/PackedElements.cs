namespace DurableMl.Inference.Tensors;

/// <summary>Elements of 2 or 4 bits as ONNX packs them: the first in the lowest bits of a byte, the last byte filled up with zeros.</summary>
internal static class PackedElements
{
    /// <summary>Puts <paramref name="elements"/>, one a byte, into <paramref name="packed"/>.</summary>
    public static void Pack(ReadOnlySpan<byte> elements, int bits, Span<byte> packed)
    {
        int each = 8 / bits;
        packed.Clear();
        for (int i = 0; i < elements.Length; i++)
        {
            packed[i / each] |= (byte)((elements[i] & ((1 << bits) - 1)) << (i % each * bits));
        }
    }

    /// <summary>Element <paramref name="index"/>, in the lowest bits.</summary>
    public static byte Element(ReadOnlySpan<byte> packed, int bits, int index)
    {
        int each = 8 / bits;
        return (byte)((packed[index / each] >> (index % each * bits)) & ((1 << bits) - 1));
    }
}

using System.Text.Json;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

/// <summary>The JSON form of the element types of at most 8 bits that the protocol does not know itself: plain numbers.</summary>
internal static class SmallNumberJson
{
    /// <summary>The code of a JSON number, in one byte; false when the type does not have it.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, string type, out byte code)
    {
        code = 0;
        if (MiniFloat.ByType.TryGetValue(type, out MiniFloat? format))
        {
            return reader.TryGetDouble(out double value) && format.TryRound(value, out code);
        }

        (int least, int most) = type switch
        {
            "INT4" => (-8, 7),
            "UINT4" => (0, 15),
            "INT2" => (-2, 1),
            "UINT2" => (0, 3),
            _ => throw new InvalidOperationException($"No JSON form for {type}."),
        };
        bool whole = reader.TryGetInt32(out int number) && number >= least && number <= most;
        code = (byte)number;
        return whole;
    }

    /// <summary>Takes elements that were read one a byte, and gives them as they lie in a packed tensor.</summary>
    public static PooledMemory Pack(PooledMemory elements, TensorType type)
    {
        try
        {
            PooledMemory packed = PooledMemory.Rent((int)type.Bytes(elements.Length));
            PackedElements.Pack(elements.Span, type.Bits, packed.Span);
            return packed;
        }
        finally
        {
            elements.Release();
        }
    }

    /// <exception cref="InferenceException">422: NaN or infinity.</exception>
    public static void Write(Utf8JsonWriter json, Tensor output)
    {
        foreach (float value in SmallNumbers.Values(output))
        {
            json.WriteNumberValue(float.IsFinite(value) ? value : throw InferResponseWriter.NotFinite(output));
        }
    }
}

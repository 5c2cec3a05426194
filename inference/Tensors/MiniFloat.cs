using System.Collections.Frozen;

namespace DurableMl.Inference.Tensors;

/// <summary>
/// A floating-point format of at most 8 bits, as ONNX defines it: the OCP's FP8 (E4M3FN, E5M2) and FP4 (E2M1), Graphcore's and AMD's FNUZ
/// variants (no infinity, no negative zero: that code is NaN), and E8M0, whose values are powers of two. So few codes that a table is the definition.
/// </summary>
internal sealed class MiniFloat
{
    private readonly float[] values;

    // Finite values and their codes in ascending order, a negative zero left out.
    private readonly float[] ordered;
    private readonly byte[] codes;

    private MiniFloat(int bits, Func<int, float> decode)
    {
        values = [.. Enumerable.Range(0, 1 << bits).Select(decode)];
        byte[] finite = [.. Enumerable.Range(0, values.Length).Where(code => float.IsFinite(values[code]) && !IsNegativeZero(values[code])).OrderBy(code => values[code]).Select(code => (byte)code)];
        codes = finite;
        ordered = Array.ConvertAll(finite, code => values[code]);
        NegativeZero = Array.FindIndex(values, IsNegativeZero);
    }

    /// <summary>Every format, by its type's name.</summary>
    public static FrozenDictionary<string, MiniFloat> ByType { get; } = new Dictionary<string, MiniFloat>
    {
        ["FP8E4M3FN"] = new(8, code => (code & 0x7F) == 0x7F ? float.NaN : Decode(code, 4, 3, 7)),
        ["FP8E4M3FNUZ"] = new(8, code => code == 0x80 ? float.NaN : Decode(code, 4, 3, 8)),
        ["FP8E5M2"] = new(8, code => (code & 0x7F) switch
        {
            < 0x7C => Decode(code, 5, 2, 15),
            0x7C => code < 0x80 ? float.PositiveInfinity : float.NegativeInfinity,
            _ => float.NaN,
        }),
        ["FP8E5M2FNUZ"] = new(8, code => code == 0x80 ? float.NaN : Decode(code, 5, 2, 16)),
        ["FP8E8M0"] = new(8, code => code == 0xFF ? float.NaN : MathF.ScaleB(1, code - 127)),
        ["FP4E2M1"] = new(4, code => Decode(code, 2, 1, 1)),
    }.ToFrozenDictionary();

    /// <summary>The code of -0, or -1 where there is none.</summary>
    private int NegativeZero { get; }

    public float ToSingle(byte code) => values[code];

    /// <summary>The nearest value's code, ties to even; false beyond the largest value or for NaN.</summary>
    public bool TryRound(double value, out byte code)
    {
        code = 0;
        if (!(value >= ordered[0] && value <= ordered[^1]))
        {
            // E8M0 has no zero and nothing negative, either.
            return false;
        }

        int above = FirstAtLeast(value);
        int nearest = above;
        if (above > 0 && ordered[above] != value)
        {
            double down = value - ordered[above - 1];
            double up = ordered[above] - value;
            nearest = down < up || (down == up && (codes[above - 1] & 1) == 0) ? above - 1 : above;
        }

        code = ordered[nearest] == 0 && double.IsNegative(value) && NegativeZero >= 0 ? (byte)NegativeZero : codes[nearest];
        return true;
    }

    /// <summary>The first NaN's place, or -1 if there is none.</summary>
    public int IndexOfNaN(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
        {
            if (data[i] < values.Length && float.IsNaN(values[data[i]]))
            {
                return i;
            }
        }

        return -1;
    }

    private int FirstAtLeast(double value)
    {
        (int low, int high) = (0, ordered.Length - 1);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ordered[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static bool IsNegativeZero(float value) => value == 0 && float.IsNegative(value);

    private static float Decode(int code, int exponentBits, int mantissaBits, int bias)
    {
        int exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
        int mantissa = code & ((1 << mantissaBits) - 1);
        float size = exponent == 0
            ? MathF.ScaleB(mantissa, 1 - bias - mantissaBits)
            : MathF.ScaleB(mantissa + (1 << mantissaBits), exponent - bias - mantissaBits);
        return (code >> (exponentBits + mantissaBits)) == 0 ? size : -size;
    }
}

using System.Runtime.CompilerServices;

namespace DurableMl.Inference.Tensors;

/// <summary>
/// Reads short decimal numbers as FP32 quickly: with at most 15 digits and a power of ten up to 22, one division or multiplication of
/// exact doubles is correctly rounded (Clinger 1990). Anything else, and the few results that a second rounding could change, is left
/// to the general parser.
/// </summary>
internal static class FloatText
{
    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>The value of a JSON number without exponent; false where the general parser has to read it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryParse(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        bool negative = text.Length > 0 && text[0] == '-';
        long digits = 0;
        int count = 0;
        int fraction = -1;
        for (int i = negative ? 1 : 0; i < text.Length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
                if (++count > 15)
                {
                    return false;
                }
            }
            else if (text[i] == '.' && fraction < 0)
            {
                fraction = count;
            }
            else
            {
                return false;
            }
        }

        double exact = digits / Powers[fraction < 0 ? 0 : count - fraction];
        long below = BitConverter.DoubleToInt64Bits(exact) & 0x1FFF_FFFF;
        // Half way between two FP32 values, or nearly: rounding twice may differ from rounding once. So may subnormal results.
        if (below is >= 0x0FFF_FFFF and <= 0x1000_0001 || (exact < 1.2e-38 && digits != 0))
        {
            return false;
        }

        value = (float)(negative ? -exact : exact);
        return count > 0;
    }
}

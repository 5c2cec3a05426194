using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace DurableMl.Inference.Tensors;

/// <summary>
/// Reads decimal numbers as FP32 quickly. Up to 19 digits and a power of ten up to 22 are each a double, or within half a unit of one,
/// and so is their product or quotient (Clinger 1990); rounding that to FP32 is right unless it lies next to the middle of two FP32
/// values. Those, subnormal results and whatever is longer are left to the general parser.
/// </summary>
internal static class FloatText
{
    private const int MaxDigits = 19;

    // Of a double's 52 bits of fraction FP32 keeps 23; the other 29 tell how far it is to the middle. Two roundings err by at most 2 units.
    private const ulong BelowSingle = (1UL << 29) - 1;
    private const ulong Middle = 1UL << 28;
    private const ulong Margin = 4;

    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>The value of a JSON number; false where the general parser has to read it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out float value) => Parse(text, out value) == text.Length && text.Length > 0;

    /// <summary>Reads the JSON number at the beginning of <paramref name="text"/>.</summary>
    /// <returns>How many bytes it has; 0 where there is none or the general parser has to read it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Parse(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        int at = !text.IsEmpty && text[0] == '-' ? 1 : 0;
        bool negative = at == 1;
        int start = at;
        ulong digits = 0;
        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9)
        {
            digits = (digits * 10) + (uint)(text[at++] - '0');
        }

        int count = at - start;
        if (count == 0 || (count > 1 && text[start] == '0'))
        {
            return 0;
        }

        int exponent = 0;
        if ((uint)at < (uint)text.Length && text[at] == '.')
        {
            int point = ++at;
            at = Fraction(text, at, ref digits);
            if (at == point)
            {
                return 0;
            }

            exponent = point - at;
            count -= exponent;
        }

        if (count > MaxDigits && count - LeadingZeros(text[start..at]) > MaxDigits)
        {
            return 0;
        }

        if ((uint)at < (uint)text.Length && (text[at] | 0x20) == 'e' && !TryExponent(text, ref at, ref exponent))
        {
            return 0;
        }

        return TryScale(digits, exponent, negative, out value) ? at : 0;
    }

    private static bool TryScale(ulong digits, int exponent, bool negative, out float value)
    {
        value = negative ? -0f : 0f;
        if (digits == 0)
        {
            return true;
        }

        if ((uint)(exponent + 22) > 44)
        {
            return false;
        }

        double scaled = exponent < 0 ? digits / Powers[-exponent] : digits * Powers[exponent];
        ulong below = BitConverter.DoubleToUInt64Bits(scaled) & BelowSingle;
        if (below - (Middle - Margin) <= 2 * Margin || scaled < 1.2e-38 || scaled > 3.4e38)
        {
            return false;
        }

        value = (float)(negative ? -scaled : scaled);
        return true;
    }

    // What programs print of a float32 turned into a double has 16 or 17 digits: eight at a time pays here.
    private static int Fraction(ReadOnlySpan<byte> text, int at, ref ulong digits)
    {
        while (text.Length - at >= sizeof(ulong))
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);
            if (!AreDigits(eight))
            {
                break;
            }

            digits = (digits * 100_000_000) + Value(eight);
            at += sizeof(ulong);
        }

        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9)
        {
            digits = (digits * 10) + (uint)(text[at++] - '0');
        }

        return at;
    }

    // Every byte from 0x30 to 0x39: its upper half is 3, and stays 3 when 6 is added.
    private static bool AreDigits(ulong eight) =>
        ((eight & 0xF0F0F0F0F0F0F0F0) | (((eight + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4)) == 0x3333333333333333;

    // Pairs, then fours, then all eight, each step adding neighbours with their weight; the first digit is in the lowest byte.
    private static uint Value(ulong eight)
    {
        eight -= 0x3030303030303030;
        eight = (eight * 10) + (eight >> 8);
        return (uint)((((eight & 0x000000FF000000FF) * (100 + (1000000UL << 32))) + (((eight >> 16) & 0x000000FF000000FF) * (1 + (10000UL << 32)))) >> 32);
    }

    private static int LeadingZeros(ReadOnlySpan<byte> number)
    {
        int zeros = 0;
        foreach (byte character in number)
        {
            if (character == '0')
            {
                zeros++;
            }
            else if (character != '.')
            {
                break;
            }
        }

        return zeros;
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, ref int at, ref int exponent)
    {
        at++;
        bool negative = false;
        if ((uint)at < (uint)text.Length && text[at] is (byte)'+' or (byte)'-')
        {
            negative = text[at++] == '-';
        }

        int start = at;
        int written = 0;
        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9 && at - start < 4)
        {
            written = (written * 10) + (text[at++] - '0');
        }

        exponent += negative ? -written : written;
        // More digits follow where there are four: the caller finds no separator there, or the general parser takes over.
        return at > start && at - start < 4;
    }
}

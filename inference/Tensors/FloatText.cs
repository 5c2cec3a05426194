using System.Buffers.Binary;
using System.Numerics;
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

    private static ReadOnlySpan<double> Powers =>
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    private static ReadOnlySpan<ulong> Tens => [1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000];

    /// <summary>The value of a JSON number; false where the general parser has to read it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out float value)
    {
        int at = 0;
        return TryRead(text, ref at, out value) && at == text.Length;
    }

    /// <summary>A number of up to 16 digits of which so many, up to 15, come after the point; false where the general parser has to read it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryDivide(long digits, int places, bool negative, out float value) => TryRound(digits / Powers[places], negative, out value);

    /// <summary>Reads the JSON number at <paramref name="at"/> and moves there behind it; false where there is none or the general parser has to read it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> text, ref int at, out float value)
    {
        value = 0;
        int i = at;
        bool negative = (uint)i < (uint)text.Length && text[i] == '-';
        i += negative ? 1 : 0;
        int start = i;
        ulong digits = 0;
        while ((uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9)
        {
            digits = (digits * 10) + (uint)(text[i++] - '0');
        }

        int count = i - start;
        if (count == 0 || (count > 1 && text[start] == '0'))
        {
            return false;
        }

        int exponent = 0;
        if ((uint)i < (uint)text.Length && text[i] == '.')
        {
            int point = ++i;
            i = Fraction(text, i, ref digits);
            exponent = point - i;
            count -= exponent;
            if (exponent == 0)
            {
                return false;
            }
        }

        if (count > MaxDigits && count - LeadingZeros(text[start..i]) > MaxDigits)
        {
            return false;
        }

        if ((uint)i < (uint)text.Length && (text[i] | 0x20) == 'e' && !TryExponent(text, ref i, ref exponent))
        {
            return false;
        }

        at = i;
        return TryScale(digits, exponent, negative, out value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
        return TryRound(scaled, negative, out value) && scaled is >= 1.2e-38 and <= 3.4e38;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(double scaled, bool negative, out float value)
    {
        value = (float)(negative ? -scaled : scaled);
        ulong below = BitConverter.DoubleToUInt64Bits(scaled) & BelowSingle;
        return below - (Middle - Margin) > 2 * Margin;
    }

    // Eight bytes at a time, however many of them are digits: no branch depends on where the number ends, which nothing could predict.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Fraction(ReadOnlySpan<byte> text, int at, ref ulong digits)
    {
        while (text.Length - at >= sizeof(ulong))
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]) ^ 0x3030303030303030;

            // A digit is now 0 to 9: its upper half is 0, and stays 0 when 6 is added. A carry can only come from what is no digit.
            ulong others = (eight | (eight + 0x0606060606060606)) & 0xF0F0F0F0F0F0F0F0;
            int count = BitOperations.TrailingZeroCount(others) / 8;
            if (count == 0)
            {
                return at;
            }

            // The first digit is in the lowest byte. Zeros take the places before it when the others are moved up.
            digits = (digits * Tens[count]) + Value(eight << (64 - (8 * count)));
            at += count;
            if (count < sizeof(ulong))
            {
                return at;
            }
        }

        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9)
        {
            digits = (digits * 10) + (uint)(text[at++] - '0');
        }

        return at;
    }

    // Pairs, then fours, then all eight, each step adding neighbours with their weight.
    private static uint Value(ulong eight)
    {
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

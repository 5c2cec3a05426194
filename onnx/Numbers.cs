using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DurableMl.Onnx;

/// <summary>What can be done with a tensor's elements where they are numbers or booleans, whatever their type.</summary>
internal abstract class Numbers
{
    /// <summary>The elements; whole numbers beyond 2⁵³ lose digits.</summary>
    public abstract double[] ToDoubles(ReadOnlySpan<byte> data);

    /// <summary>One element, in as few digits as read back as the same number.</summary>
    public abstract string Text(ReadOnlySpan<byte> data, int index);

    /// <summary>Reads an element; false where the token is none of the type.</summary>
    public abstract bool TryRead(ref Utf8JsonReader reader, Span<byte> data, int index);

    /// <summary>Writes all elements.</summary>
    /// <param name="json">Receives them.</param>
    /// <param name="data">The elements.</param>
    /// <param name="withNaN">Whether NaN is written, as null.</param>
    /// <returns>False where there is one that JSON cannot carry.</returns>
    public abstract bool TryWrite(Utf8JsonWriter json, ReadOnlySpan<byte> data, bool withNaN);
}

/// <summary>Numbers of one type.</summary>
/// <param name="get">Reads one from a number's token; a boolean from whatever token there is.</param>
/// <param name="put">Writes one.</param>
/// <param name="toDouble">Widens one.</param>
/// <param name="nan">What null stands for, as it does for a missing number everywhere; null where there is no NaN.</param>
internal sealed class Numbers<T>(Numbers<T>.TryGet get, Action<Utf8JsonWriter, T> put, Func<T, double> toDouble, T? nan = null) : Numbers
    where T : unmanaged
{
    public delegate bool TryGet(ref Utf8JsonReader reader, out T value);

    public override double[] ToDoubles(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(data);
        var doubles = new double[values.Length];
        for (int i = 0; i < doubles.Length; i++)
        {
            doubles[i] = toDouble(values[i]);
        }

        return doubles;
    }

    public override string Text(ReadOnlySpan<byte> data, int index)
    {
        T value = MemoryMarshal.Cast<byte, T>(data)[index];
        return value is IFormattable formattable
            ? formattable.ToString(null, CultureInfo.InvariantCulture)
            : ((float)toDouble(value)).ToString(CultureInfo.InvariantCulture);
    }

    public override bool TryRead(ref Utf8JsonReader reader, Span<byte> data, int index)
    {
        ref T value = ref MemoryMarshal.Cast<byte, T>(data)[index];
        if (reader.TokenType == JsonTokenType.Null && nan is { } missing)
        {
            value = missing;
            return true;
        }

        return (reader.TokenType == JsonTokenType.Number || typeof(T) == typeof(bool)) && get(ref reader, out value);
    }

    public override bool TryWrite(Utf8JsonWriter json, ReadOnlySpan<byte> data, bool withNaN)
    {
        foreach (T value in MemoryMarshal.Cast<byte, T>(data))
        {
            if (nan is null || double.IsFinite(toDouble(value)))
            {
                put(json, value);
            }
            else if (withNaN && double.IsNaN(toDouble(value)))
            {
                json.WriteNullValue();
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}

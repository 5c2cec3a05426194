using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using csFastFloat;

namespace DurableMl.Inference.Protocol;

/// <summary>A tensor's elements in JSON: <c>data</c>, flat or nested by the shape when read, flat when written.</summary>
internal static class TensorJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes an array into the protocol's binary form.</summary>
    /// <param name="reader">On the array's first token; left on its last.</param>
    /// <param name="type">The declared type.</param>
    /// <param name="shape">The declared shape.</param>
    /// <param name="textLength">Bytes of JSON at most left, which bounds how many elements there can be.</param>
    /// <param name="input">The input's place in the request, for errors.</param>
    /// <param name="limits">Where memory comes from.</param>
    /// <param name="nullText">Where a text is null: what to say unless a column takes it for a missing value. The text is empty then.</param>
    /// <exception cref="InferenceException">400: the array is not what type and shape say.</exception>
    public static (PooledMemory Memory, int Length) Read(
        ref Utf8JsonReader reader, TensorType type, long[] shape, long textLength, int input, ProtocolLimits limits, ref InferenceException? nullText)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw InferenceException.Input(input, "data", "is not an array.");
        }

        // An element takes at least a digit and a comma: nothing is allocated for a huge shape that the text cannot fill.
        int count = TensorShape.Elements(shape);
        if (count < 0 || count > (textLength / 2) + 1)
        {
            throw InferenceException.Input(input, "data", $"has fewer elements than the shape {TensorShape.Text(shape)} needs.");
        }

        var nesting = new Nesting(shape, count, input);
        if (type.Numbers is not { } numbers)
        {
            return ReadStrings(ref reader, nesting, count, limits, ref nullText);
        }

        PooledMemory memory = limits.Rent(checked(count * type.Size));
        try
        {
            Span<byte> data = memory.Span;
            for (int i = 0; nesting.Next(ref reader); i++)
            {
                if (!numbers.TryRead(ref reader, data, i))
                {
                    throw nesting.WrongElement($"{Shown(ref reader)} is not a {type.Name} value.");
                }
            }

            return (memory, data.Length);
        }
        catch
        {
            memory.Release();
            throw;
        }
    }

    /// <summary>Decodes a flat array of FP32 numbers without a look at each token, which takes most of <see cref="Read"/>'s time.</summary>
    /// <param name="text">JSON from behind the array's first token on.</param>
    /// <param name="values">Receives the elements.</param>
    /// <param name="length">Bytes of JSON up to the array's last token.</param>
    /// <returns>False where it is any other array, or has another number of elements: <see cref="Read"/> decodes it, or says what is wrong.</returns>
    public static bool TryReadFlat(ReadOnlySpan<byte> text, Span<float> values, out int length)
    {
        length = 0;
        for (int i = 0; i < values.Length; i++)
        {
            SkipSpace(text, ref length);
            if (!TryReadNumber(text[length..], out int digits, out values[i]))
            {
                return false;
            }

            length += digits;
            SkipSpace(text, ref length);
            if (length == text.Length || text[length] != (i == values.Length - 1 ? ']' : ','))
            {
                return false;
            }

            length += i == values.Length - 1 ? 0 : 1;
        }

        return values.Length > 0;
    }

    // The parser takes more than JSON allows: +1, 01, 1., .5, infinity.
    private static bool TryReadNumber(ReadOnlySpan<byte> text, out int length, out float value)
    {
        (length, value) = (0, 0);
        ReadOnlySpan<byte> digits = text is [(byte)'-', ..] ? text[1..] : text;
        return digits is [>= (byte)'1' and <= (byte)'9', ..] or [(byte)'0', < (byte)'0' or > (byte)'9', ..]
            && FastFloatParser.TryParseFloat(text, out length, out value)
            && char.IsAsciiDigit((char)text[length - 1]) && float.IsFinite(value)
            && (text[..length].IndexOf((byte)'.') is var point && (point < 0 || char.IsAsciiDigit((char)text[point + 1])));
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }
    }

    /// <summary>Writes the elements.</summary>
    /// <param name="json">Receives them.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="withNaN">Whether NaN is written as null, as requests have it; otherwise it is refused.</param>
    /// <exception cref="InferenceException">422: JSON cannot carry an element.</exception>
    public static void Write(Utf8JsonWriter json, Tensor tensor, bool withNaN = false)
    {
        if (tensor.Type.Numbers is { } numbers)
        {
            if (!numbers.TryWrite(json, tensor.Data, withNaN))
            {
                throw new InferenceException(422, $"Output '{tensor.Name}' holds NaN or infinity, which JSON cannot carry. Ask for it with binary_data.");
            }

            return;
        }

        try
        {
            foreach (ReadOnlySpan<byte> element in tensor.Strings)
            {
                json.WriteStringValue(StrictUtf8.GetString(element));
            }
        }
        catch (DecoderFallbackException)
        {
            throw new InferenceException(422, $"Output '{tensor.Name}' holds bytes that are not UTF-8, which JSON cannot carry. Ask for it with binary_data.");
        }
    }

    private static (PooledMemory Memory, int Length) ReadStrings(ref Utf8JsonReader reader, Nesting nesting, int count, ProtocolLimits limits, ref InferenceException? nullText)
    {
        Utf8JsonReader end = reader;
        end.Skip();
        // No text is longer than in JSON.
        PooledMemory memory = limits.Rent(checked((int)(end.TokenStartIndex - reader.TokenStartIndex) + (count * sizeof(int))));
        int length = 0;
        try
        {
            while (nesting.Next(ref reader))
            {
                bool isNull = reader.TokenType == JsonTokenType.Null;
                if (!isNull && reader.TokenType != JsonTokenType.String)
                {
                    throw nesting.WrongElement($"{Shown(ref reader)} is not a string, as BYTES in JSON must be.");
                }

                nullText ??= isNull ? nesting.WrongElement("null is not a string, as BYTES in JSON must be.") : null;
                int written = isNull ? 0 : reader.CopyString(memory.Span[(length + sizeof(int))..]);
                BinaryPrimitives.WriteInt32LittleEndian(memory.Span[length..], written);
                length += sizeof(int) + written;
            }

            return (memory, length);
        }
        catch (InvalidOperationException e)
        {
            // A string that is not UTF-8.
            memory.Release();
            throw nesting.WrongElement(e.Message);
        }
        catch
        {
            memory.Release();
            throw;
        }
    }

    private static string Shown(ref Utf8JsonReader reader)
    {
        string text = Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 40)]);
        return reader.TokenType == JsonTokenType.String ? $"\"{text}\"" : text;
    }

    /// <summary>Walks over the elements of an array that is flat, or nested exactly as the shape says.</summary>
    private ref struct Nesting(long[] shape, int count, int input)
    {
        private readonly int[] sizes = new int[Math.Max(shape.Length, 1) + 1];
        private int depth = 1;
        private int elementDepth = 0;
        private int seen = 0;

        /// <summary>Moves to the next element; false at the end of the outermost array.</summary>
        public bool Next(ref Utf8JsonReader reader)
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray:
                        sizes[depth]++;
                        if (++depth >= sizes.Length)
                        {
                            throw Wrong($"is nested deeper than the shape {TensorShape.Text(shape)}.");
                        }

                        sizes[depth] = 0;
                        break;
                    case JsonTokenType.EndArray:
                        bool flat = elementDepth == 1 || (elementDepth == 0 && depth == 1);
                        if (!flat && (depth > shape.Length || sizes[depth] != shape[depth - 1]))
                        {
                            throw Wrong($"is not nested as the shape {TensorShape.Text(shape)} says.");
                        }

                        if (--depth == 0)
                        {
                            return seen == count ? false : throw Wrong($"has {seen} elements; the shape {TensorShape.Text(shape)} needs {count}.");
                        }

                        break;
                    default:
                        elementDepth = elementDepth == 0 ? depth : elementDepth;
                        if (depth != elementDepth || (depth > 1 && depth != shape.Length))
                        {
                            throw Wrong($"is not nested as the shape {TensorShape.Text(shape)} says.");
                        }

                        sizes[depth]++;
                        return ++seen <= count ? true : throw Wrong($"has more than the {count} elements of the shape {TensorShape.Text(shape)}.");
                }
            }

            throw Wrong("ends early.");
        }

        /// <summary>The element that <see cref="Next"/> came to is wrong.</summary>
        public readonly InferenceException WrongElement(string reason) => InferenceException.Input(input, $"data[{seen - 1}]", reason);

        private readonly InferenceException Wrong(string reason) => InferenceException.Input(input, "data", reason);
    }
}

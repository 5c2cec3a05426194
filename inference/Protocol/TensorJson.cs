using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

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
    public static PooledMemory Read(
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
            return ReadStrings(ref reader, nesting, limits, ref nullText);
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

            return memory;
        }
        catch
        {
            memory.Release();
            throw;
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

    // Twice over the text: first for the length, which JSON does not tell beforehand.
    private static PooledMemory ReadStrings(ref Utf8JsonReader reader, Nesting nesting, ProtocolLimits limits, ref InferenceException? nullText)
    {
        Utf8JsonReader again = reader;
        Nesting nestedAgain = nesting.Anew();
        int length = 0;
        while (nesting.Next(ref reader))
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
            {
                throw nesting.WrongElement($"{Shown(ref reader)} is not a string, as BYTES in JSON must be.");
            }

            try
            {
                length = checked(length + sizeof(int) + Encoding.UTF8.GetByteCount(reader.GetString() ?? ""));
            }
            catch (InvalidOperationException e)
            {
                throw nesting.WrongElement(e.Message);
            }

            nullText ??= reader.TokenType == JsonTokenType.Null ? nesting.WrongElement("null is not a string, as BYTES in JSON must be.") : null;
        }

        PooledMemory memory = limits.Rent(length);
        Span<byte> rest = memory.Span;
        while (nestedAgain.Next(ref again))
        {
            int written = Encoding.UTF8.GetBytes(again.GetString() ?? "", rest[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, written);
            rest = rest[(sizeof(int) + written)..];
        }

        return memory;
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

        /// <summary>The same walk from the beginning.</summary>
        public readonly Nesting Anew() => new(shape, count, input);

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

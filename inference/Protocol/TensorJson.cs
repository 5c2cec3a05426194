using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using csFastFloat;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Protocol;

/// <summary>A tensor's elements in JSON: <c>data</c>, flat or nested by the shape when read, flat when written.</summary>
internal static class TensorJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // JSON has no NaN, and null is what stands for a missing number everywhere; whether the model takes it is seen later.
    private static readonly FrozenDictionary<string, Numbers> ByType = new Numbers[]
    {
        new Numbers<float>("FP32",
            (ref from, out value) => FastFloatParser.TryParseFloat(from.ValueSpan, out value) && float.IsFinite(value),
            (to, value) => to.WriteNumberValue(value), float.NaN, float.IsFinite),
        new Numbers<double>("FP64",
            (ref from, out value) => from.TryGetDouble(out value) && double.IsFinite(value),
            (to, value) => to.WriteNumberValue(value), double.NaN, double.IsFinite),
        new Numbers<Half>("FP16",
            (ref from, out value) => Half.IsFinite(value = from.TryGetDouble(out double wide) ? (Half)wide : Half.NaN),
            (to, value) => to.WriteNumberValue((float)value), Half.NaN, Half.IsFinite),
        new Numbers<BFloat16>("BF16",
            (ref from, out value) => BFloat16.IsFinite(value = from.TryGetSingle(out float wide) ? (BFloat16)wide : BFloat16.NaN),
            (to, value) => to.WriteNumberValue((float)value), BFloat16.NaN, BFloat16.IsFinite),
        new Numbers<long>("INT64", (ref from, out value) => from.TryGetInt64(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<int>("INT32", (ref from, out value) => from.TryGetInt32(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<short>("INT16", (ref from, out value) => from.TryGetInt16(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<sbyte>("INT8", (ref from, out value) => from.TryGetSByte(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<ulong>("UINT64", (ref from, out value) => from.TryGetUInt64(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<uint>("UINT32", (ref from, out value) => from.TryGetUInt32(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<ushort>("UINT16", (ref from, out value) => from.TryGetUInt16(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<byte>("UINT8", (ref from, out value) => from.TryGetByte(out value), (to, value) => to.WriteNumberValue(value)),
        new Numbers<bool>("BOOL", null, (to, value) => to.WriteBooleanValue(value)),
    }.ToFrozenDictionary(numbers => numbers.Type);

    private delegate bool TryGet<T>(ref Utf8JsonReader reader, out T value);

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

        if (type.IsBytes)
        {
            return ReadStrings(ref reader, shape, count, input, limits, ref nullText);
        }

        PooledMemory memory = limits.Rent(checked(count * type.Size));
        try
        {
            var nesting = new Nesting(shape, count, input);
            ByType[type.Name].Read(ref reader, ref nesting, memory.Span);
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
        if (tensor.Type.IsBytes)
        {
            WriteStrings(json, tensor);
        }
        else
        {
            ByType[tensor.Type.Name].Write(json, tensor, withNaN);
        }
    }

    // Twice over the text: first for the length, which JSON does not tell beforehand.
    private static PooledMemory ReadStrings(
        ref Utf8JsonReader reader, long[] shape, int count, int input, ProtocolLimits limits, ref InferenceException? nullText)
    {
        Utf8JsonReader again = reader;
        int length = 0;
        var nesting = new Nesting(shape, count, input);
        while (nesting.Next(ref reader))
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                nullText ??= nesting.WrongElement("null is not a string, as BYTES in JSON must be.");
                length = checked(length + sizeof(int));
                continue;
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                throw nesting.WrongElement($"{Shown(ref reader)} is not a string, as BYTES in JSON must be.");
            }

            try
            {
                length = checked(length + sizeof(int) + Encoding.UTF8.GetByteCount(reader.GetString()!));
            }
            catch (InvalidOperationException e)
            {
                throw nesting.WrongElement(e.Message);
            }
        }

        PooledMemory memory = limits.Rent(length);
        Span<byte> rest = memory.Span;
        nesting = new Nesting(shape, count, input);
        while (nesting.Next(ref again))
        {
            int written = Encoding.UTF8.GetBytes(again.GetString() ?? "", rest[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, written);
            rest = rest[(sizeof(int) + written)..];
        }

        return memory;
    }

    private static void WriteStrings(Utf8JsonWriter json, Tensor tensor)
    {
        for (ReadOnlySpan<byte> data = tensor.Data; !data.IsEmpty;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(data);
            try
            {
                json.WriteStringValue(StrictUtf8.GetString(data.Slice(sizeof(int), length)));
            }
            catch (DecoderFallbackException)
            {
                throw new InferenceException(422, $"Output '{tensor.Name}' holds bytes that are not UTF-8, which JSON cannot carry. Ask for it with binary_data.");
            }

            data = data[(sizeof(int) + length)..];
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

    private abstract record Numbers(string Type)
    {
        public abstract void Read(ref Utf8JsonReader reader, ref Nesting nesting, Span<byte> to);

        public abstract void Write(Utf8JsonWriter json, Tensor tensor, bool withNaN);
    }

    /// <summary>How numbers of one type are read and written.</summary>
    /// <param name="Type">The protocol's name.</param>
    /// <param name="Get">Reads one; null for booleans.</param>
    /// <param name="Put">Writes one.</param>
    /// <param name="NaN">What null stands for; null where it is refused.</param>
    /// <param name="IsFinite">Whether JSON can carry it; null where it always can.</param>
    private sealed record Numbers<T>(string Type, TryGet<T>? Get, Action<Utf8JsonWriter, T> Put, T? NaN = null, Func<T, bool>? IsFinite = null) : Numbers(Type)
        where T : unmanaged
    {
        public override void Read(ref Utf8JsonReader reader, ref Nesting nesting, Span<byte> to)
        {
            Span<T> values = MemoryMarshal.Cast<byte, T>(to);
            for (int i = 0; nesting.Next(ref reader); i++)
            {
                JsonTokenType token = reader.TokenType;
                if (token == JsonTokenType.Null && NaN is { } missing)
                {
                    values[i] = missing;
                }
                else if (Get is null && token is JsonTokenType.True or JsonTokenType.False)
                {
                    to[i] = token == JsonTokenType.True ? (byte)1 : (byte)0;
                }
                else if (Get is null || token != JsonTokenType.Number || !Get(ref reader, out values[i]))
                {
                    throw nesting.WrongElement($"{Shown(ref reader)} is not a {Type} value.");
                }
            }
        }

        public override void Write(Utf8JsonWriter json, Tensor tensor, bool withNaN)
        {
            foreach (T value in MemoryMarshal.Cast<byte, T>(tensor.Data))
            {
                if (IsFinite is null || IsFinite(value))
                {
                    Put(json, value);
                }
                else if (withNaN && value.Equals(NaN))
                {
                    json.WriteNullValue();
                }
                else
                {
                    throw new InferenceException(422, $"Output '{tensor.Name}' holds NaN or infinity, which JSON cannot carry. Ask for it with binary_data.");
                }
            }
        }
    }
}

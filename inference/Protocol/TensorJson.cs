using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DurableMl.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Inference.Protocol;

/// <summary>A tensor's elements in JSON: <c>data</c>, flat or nested by the shape when read, flat when written.</summary>
internal static class TensorJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private delegate bool TryGet<T>(ref Utf8JsonReader reader, out T value);

    /// <summary>Decodes an array into the protocol's binary form.</summary>
    /// <param name="reader">On the array's first token; left on its last.</param>
    /// <param name="type">The declared type.</param>
    /// <param name="shape">The declared shape.</param>
    /// <param name="textLength">Bytes of JSON at most left, which bounds how many elements there can be.</param>
    /// <param name="input">The input's place in the request, for errors.</param>
    /// <param name="limits">Where memory comes from.</param>
    /// <exception cref="InferenceException">400: the array is not what type and shape say.</exception>
    public static PooledMemory Read(ref Utf8JsonReader reader, TensorType type, long[] shape, long textLength, int input, ProtocolLimits limits)
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
            return ReadStrings(ref reader, shape, count, input, limits);
        }

        PooledMemory memory = limits.Rent(checked(count * type.Size));
        try
        {
            ReadNumbers(ref reader, type.Name, new Nesting(shape, count, input), memory.Span);
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
        switch (tensor.Type.Name)
        {
            case "FP32":
                WriteFloats<float>(json, tensor, withNaN, float.IsFinite, float.IsNaN, static (to, value) => to.WriteNumberValue(value));
                break;
            case "FP64":
                WriteFloats<double>(json, tensor, withNaN, double.IsFinite, double.IsNaN, static (to, value) => to.WriteNumberValue(value));
                break;
            case "FP16":
                WriteFloats<Half>(json, tensor, withNaN, Half.IsFinite, Half.IsNaN, static (to, value) => to.WriteNumberValue((float)value));
                break;
            case "BF16":
                WriteFloats<BFloat16>(json, tensor, withNaN, BFloat16.IsFinite, BFloat16.IsNaN, static (to, value) => to.WriteNumberValue((float)value));
                break;
            case "INT64":
                WriteAll<long>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "INT32":
                WriteAll<int>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "INT16":
                WriteAll<short>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "INT8":
                WriteAll<sbyte>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "UINT64":
                WriteAll<ulong>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "UINT32":
                WriteAll<uint>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "UINT16":
                WriteAll<ushort>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "UINT8":
                WriteAll<byte>(json, tensor, static (to, value) => to.WriteNumberValue(value));
                break;
            case "BOOL":
                WriteAll<byte>(json, tensor, static (to, value) => to.WriteBooleanValue(value != 0));
                break;
            default:
                WriteStrings(json, tensor);
                break;
        }
    }

    private static void ReadNumbers(ref Utf8JsonReader reader, string type, Nesting nesting, Span<byte> to)
    {
        switch (type)
        {
            case "FP32":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, float>(to), static (ref from, out value) => from.TryGetSingle(out value) && float.IsFinite(value), float.NaN);
                break;
            case "FP64":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, double>(to), static (ref from, out value) => from.TryGetDouble(out value) && double.IsFinite(value), double.NaN);
                break;
            case "FP16":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, Half>(to), TryGetHalf, Half.NaN);
                break;
            case "BF16":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, BFloat16>(to), TryGetBFloat16, BFloat16.NaN);
                break;
            case "INT64":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, long>(to), static (ref from, out value) => from.TryGetInt64(out value));
                break;
            case "INT32":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, int>(to), static (ref from, out value) => from.TryGetInt32(out value));
                break;
            case "INT16":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, short>(to), static (ref from, out value) => from.TryGetInt16(out value));
                break;
            case "INT8":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, sbyte>(to), static (ref from, out value) => from.TryGetSByte(out value));
                break;
            case "UINT64":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, ulong>(to), static (ref from, out value) => from.TryGetUInt64(out value));
                break;
            case "UINT32":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, uint>(to), static (ref from, out value) => from.TryGetUInt32(out value));
                break;
            case "UINT16":
                ReadAll(ref reader, type, ref nesting, MemoryMarshal.Cast<byte, ushort>(to), static (ref from, out value) => from.TryGetUInt16(out value));
                break;
            case "UINT8":
                ReadAll(ref reader, type, ref nesting, to, static (ref from, out value) => from.TryGetByte(out value));
                break;
            default:
                ReadBooleans(ref reader, ref nesting, to);
                break;
        }
    }

    // JSON has no NaN, and null is what stands for a missing number everywhere. Whether the model takes it is seen later.
    private static void ReadAll<T>(ref Utf8JsonReader reader, string type, ref Nesting nesting, Span<T> to, TryGet<T> tryGet, T? missing = null)
        where T : struct
    {
        for (int i = 0; nesting.Next(ref reader); i++)
        {
            if (reader.TokenType == JsonTokenType.Null && missing is { } value)
            {
                to[i] = value;
            }
            else if (reader.TokenType != JsonTokenType.Number || !tryGet(ref reader, out to[i]))
            {
                throw nesting.WrongElement($"{Shown(ref reader)} is not a {type} value.");
            }
        }
    }

    private static void ReadBooleans(ref Utf8JsonReader reader, ref Nesting nesting, Span<byte> to)
    {
        for (int i = 0; nesting.Next(ref reader); i++)
        {
            to[i] = reader.TokenType switch
            {
                JsonTokenType.True => 1,
                JsonTokenType.False => 0,
                _ => throw nesting.WrongElement($"{Shown(ref reader)} is not a BOOL value."),
            };
        }
    }

    private static bool TryGetHalf(ref Utf8JsonReader reader, out Half value)
    {
        value = reader.TryGetDouble(out double wide) ? (Half)wide : Half.NaN;
        return Half.IsFinite(value);
    }

    private static bool TryGetBFloat16(ref Utf8JsonReader reader, out BFloat16 value)
    {
        value = reader.TryGetSingle(out float wide) && float.IsFinite(wide) ? (BFloat16)wide : BFloat16.NaN;
        return BFloat16.IsFinite(value);
    }

    // Twice over the text: first for the length, which JSON does not tell beforehand.
    private static PooledMemory ReadStrings(ref Utf8JsonReader reader, long[] shape, int count, int input, ProtocolLimits limits)
    {
        Utf8JsonReader again = reader;
        int length = 0;
        var nesting = new Nesting(shape, count, input);
        while (nesting.Next(ref reader))
        {
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
            int written = Encoding.UTF8.GetBytes(again.GetString()!, rest[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, written);
            rest = rest[(sizeof(int) + written)..];
        }

        return memory;
    }

    private static void WriteFloats<T>(Utf8JsonWriter json, Tensor tensor, bool withNaN, Func<T, bool> isFinite, Func<T, bool> isNaN, Action<Utf8JsonWriter, T> write)
        where T : struct
    {
        foreach (T value in MemoryMarshal.Cast<byte, T>(tensor.Data))
        {
            if (isFinite(value))
            {
                write(json, value);
            }
            else if (withNaN && isNaN(value))
            {
                json.WriteNullValue();
            }
            else
            {
                throw new InferenceException(422, $"Output '{tensor.Name}' holds NaN or infinity, which JSON cannot carry. Ask for it with binary_data.");
            }
        }
    }

    private static void WriteAll<T>(Utf8JsonWriter json, Tensor tensor, Action<Utf8JsonWriter, T> write)
        where T : struct
    {
        foreach (T value in MemoryMarshal.Cast<byte, T>(tensor.Data))
        {
            write(json, value);
        }
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
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

/// <summary>Decodes a tensor's JSON <c>data</c>, flat or nested by the shape, into the binary form.</summary>
internal static class TensorJsonReader
{
    /// <param name="reader">On the array's first token; left on its last.</param>
    /// <param name="type">The declared type.</param>
    /// <param name="shape">The declared shape.</param>
    /// <param name="textLength">Bytes of JSON at most left, which bounds how many elements there can be.</param>
    /// <param name="input">The input's place in the request, for errors.</param>
    /// <param name="limits">Where memory comes from.</param>
    public static PooledMemory Read(ref Utf8JsonReader reader, TensorType type, long[] shape, int textLength, int input, ProtocolLimits limits)
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

        PooledMemory numbers = ReadNumbers(ref reader, type, shape, count, input, limits);
        return type.IsPacked ? SmallNumberJson.Pack(numbers, type) : numbers;
    }

    private static PooledMemory ReadNumbers(ref Utf8JsonReader reader, TensorType type, long[] shape, int count, int input, ProtocolLimits limits)
    {
        PooledMemory memory = limits.Rent(checked(count * type.Size));
        try
        {
            Span<byte> rest = memory.Span;
            var nesting = new Nesting(shape, count, input);
            while (nesting.Next(ref reader))
            {
                if (!TryWrite(ref reader, type.Name, rest))
                {
                    throw InferenceException.Input(input, $"data[{nesting.Seen - 1}]", $"{Shown(ref reader)} is not a {type.Name} value.");
                }

                rest = rest[type.Size..];
            }

            return memory;
        }
        catch
        {
            memory.Release();
            throw;
        }
    }

    private static PooledMemory ReadStrings(ref Utf8JsonReader reader, long[] shape, int count, int input, ProtocolLimits limits)
    {
        Utf8JsonReader start = reader;
        int length = 0;
        var nesting = new Nesting(shape, count, input);
        while (nesting.Next(ref reader))
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw InferenceException.Input(input, $"data[{nesting.Seen - 1}]", $"{Shown(ref reader)} is not a string, as BYTES in JSON must be.");
            }

            length = checked(length + sizeof(int) + Encoding.UTF8.GetByteCount(Text(ref reader, input, nesting.Seen - 1)));
        }

        PooledMemory memory = limits.Rent(length);
        Span<byte> rest = memory.Span;
        nesting = new Nesting(shape, count, input);
        while (nesting.Next(ref start))
        {
            int written = Encoding.UTF8.GetBytes(start.GetString()!, rest[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, written);
            rest = rest[(sizeof(int) + written)..];
        }

        return memory;
    }

    private static string Text(ref Utf8JsonReader reader, int input, int element)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw InferenceException.Input(input, $"data[{element}]", e.Message);
        }
    }

    private static bool TryWrite(ref Utf8JsonReader reader, string type, Span<byte> to)
    {
        if (type == "BOOL")
        {
            to[0] = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
            return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return TryWriteNaN(type, to);
        }

        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        switch (type)
        {
            case "FP32":
                bool finite = FloatText.TryParse(reader.ValueSpan, out float single) || (reader.TryGetSingle(out single) && float.IsFinite(single));
                BinaryPrimitives.WriteSingleLittleEndian(to, single);
                return finite;
            case "FP64":
                bool representable = reader.TryGetDouble(out double value) && double.IsFinite(value);
                BinaryPrimitives.WriteDoubleLittleEndian(to, value);
                return representable;
            case "FP16":
                bool half = reader.TryGetDouble(out double wide) && Half.IsFinite((Half)wide);
                BinaryPrimitives.WriteHalfLittleEndian(to, (Half)wide);
                return half;
            case "BF16":
                bool brain = reader.TryGetSingle(out float full) && float.IsFinite(full);
                BinaryPrimitives.WriteUInt16LittleEndian(to, BrainFloat.Round(full));
                return brain;
            case "INT64":
                bool int64 = reader.TryGetInt64(out long i64);
                BinaryPrimitives.WriteInt64LittleEndian(to, i64);
                return int64;
            case "INT32":
                bool int32 = reader.TryGetInt32(out int i32);
                BinaryPrimitives.WriteInt32LittleEndian(to, i32);
                return int32;
            case "INT16":
                bool int16 = reader.TryGetInt16(out short i16);
                BinaryPrimitives.WriteInt16LittleEndian(to, i16);
                return int16;
            case "INT8":
                bool int8 = reader.TryGetSByte(out sbyte i8);
                to[0] = (byte)i8;
                return int8;
            case "UINT64":
                bool uint64 = reader.TryGetUInt64(out ulong u64);
                BinaryPrimitives.WriteUInt64LittleEndian(to, u64);
                return uint64;
            case "UINT32":
                bool uint32 = reader.TryGetUInt32(out uint u32);
                BinaryPrimitives.WriteUInt32LittleEndian(to, u32);
                return uint32;
            case "UINT16":
                bool uint16 = reader.TryGetUInt16(out ushort u16);
                BinaryPrimitives.WriteUInt16LittleEndian(to, u16);
                return uint16;
            case "UINT8":
                bool uint8 = reader.TryGetByte(out byte u8);
                to[0] = u8;
                return uint8;
            default:
                return SmallNumberJson.TryRead(ref reader, type, out to[0]);
        }
    }

    // JSON has no NaN, and null is what stands for a missing number everywhere. Whether the model takes it is seen later.
    private static bool TryWriteNaN(string type, Span<byte> to)
    {
        switch (type)
        {
            case "FP32":
                BinaryPrimitives.WriteSingleLittleEndian(to, float.NaN);
                return true;
            case "FP64":
                BinaryPrimitives.WriteDoubleLittleEndian(to, double.NaN);
                return true;
            case "FP16":
                BinaryPrimitives.WriteHalfLittleEndian(to, Half.NaN);
                return true;
            case "BF16":
                BinaryPrimitives.WriteUInt16LittleEndian(to, BrainFloat.Round(float.NaN));
                return true;
            default:
                return false;
        }
    }

    private static string Shown(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> token = reader.ValueSpan;
        string text = Encoding.UTF8.GetString(token[..Math.Min(token.Length, 40)]);
        return reader.TokenType == JsonTokenType.String ? $"\"{text}\"" : text;
    }

    /// <summary>Walks over the elements of an array that is flat, or nested exactly as the shape says.</summary>
    private ref struct Nesting(long[] shape, int count, int input)
    {
        private readonly int[] sizes = new int[Math.Max(shape.Length, 1) + 1];
        private int depth = 0;
        private int elementDepth = 0;

        /// <summary>Elements passed.</summary>
        public int Seen { get; private set; } = 0;

        /// <summary>Moves to the next element, or to the end of the outermost array.</summary>
        public bool Next(ref Utf8JsonReader reader)
        {
            if (depth == 0)
            {
                depth = 1;
            }

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
                            return Seen == count ? false : throw Wrong($"has {Seen} elements; the shape {TensorShape.Text(shape)} needs {count}.");
                        }

                        break;
                    default:
                        if (elementDepth == 0)
                        {
                            elementDepth = depth;
                        }

                        if (depth != elementDepth || (depth > 1 && depth != shape.Length))
                        {
                            throw Wrong($"is not nested as the shape {TensorShape.Text(shape)} says.");
                        }

                        sizes[depth]++;
                        return ++Seen <= count ? true : throw Wrong($"has more than the {count} elements of the shape {TensorShape.Text(shape)}.");
                }
            }

            throw Wrong("ends early.");
        }

        private readonly InferenceException Wrong(string reason) => InferenceException.Input(input, "data", reason);
    }
}

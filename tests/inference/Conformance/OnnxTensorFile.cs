using System.Buffers.Binary;
using System.Text;
using DurableMl.Onnx;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.Tests.Conformance;

/// <summary>A TensorProto of onnx.proto3, read without any ONNX library, with its elements in the protocol's binary form.</summary>
internal sealed record OnnxTensorFile(string Name, TensorType Type, long[] Shape, byte[] Data)
{
    /// <summary>Reads a message; null when it is no tensor, or one of a type that ONNX Runtime does not have.</summary>
    public static OnnxTensorFile? Parse(ReadOnlySpan<byte> rest)
    {
        var dims = new List<long>();
        int dataType = 0;
        string name = "";
        var raw = new MemoryStream();
        var strings = new MemoryStream();
        bool hasStrings = false;
        try
        {
            while (!rest.IsEmpty)
            {
                ulong tag = Varint(ref rest);
                int field = (int)(tag >> 3);
                switch (tag & 7)
                {
                    case 0:
                        Value(field, Varint(ref rest));
                        break;
                    case 5:
                        raw.Write(rest[..4]);
                        rest = rest[4..];
                        break;
                    case 1:
                        raw.Write(rest[..8]);
                        rest = rest[8..];
                        break;
                    case 2:
                        int length = checked((int)Varint(ref rest));
                        Bytes(field, rest[..length]);
                        rest = rest[length..];
                        break;
                    default:
                        return null;
                }
            }
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException or InvalidDataException)
        {
            return null;
        }

        TensorType? type = TensorType.Of((TensorElementType)dataType);
        byte[] data = (hasStrings ? strings : raw).ToArray();
        return type is null || (!type.IsBytes && data.Length != (long)TensorShape.Elements([.. dims]) * type.Size) ? null : new(name, type, [.. dims], data);

        void Value(int field, ulong value)
        {
            switch (field)
            {
                case 1:
                    dims.Add((long)value);
                    break;
                case 2:
                    dataType = (int)value;
                    break;
                case 5 or 7 or 11:
                    Element(field, value);
                    break;
            }
        }

        void Bytes(int field, ReadOnlySpan<byte> content)
        {
            switch (field)
            {
                case 1 or 5 or 7 or 11:
                    while (!content.IsEmpty)
                    {
                        Value(field, Varint(ref content));
                    }

                    break;
                case 4 or 9 or 10:
                    raw.Write(content);
                    break;
                case 6:
                    hasStrings = true;
                    Span<byte> prefix = stackalloc byte[4];
                    BinaryPrimitives.WriteInt32LittleEndian(prefix, content.Length);
                    strings.Write(prefix);
                    strings.Write(content);
                    break;
                case 8:
                    name = Encoding.UTF8.GetString(content);
                    break;
            }
        }

        void Element(int field, ulong value)
        {
            Span<byte> element = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(element, value);
            // int32_data also carries the narrower types, a value each.
            int size = field == 5 ? TensorType.Of((TensorElementType)dataType)?.Size ?? 4 : dataType == 12 ? 4 : 8;
            raw.Write(element[..size]);
        }
    }

    public static ulong Varint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException();
    }
}

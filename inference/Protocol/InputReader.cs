using System.Runtime.InteropServices;
using System.Text.Json;
using DurableMl.Inference.Tensors;

namespace DurableMl.Inference.Protocol;

/// <summary>Reads one element of a request's <c>inputs</c>: a tensor's declaration, with its data in JSON or announced as binary.</summary>
internal static class InputReader
{
    /// <param name="json">On the element's first token; left on its last.</param>
    /// <param name="body">What the JSON was received in, for data that comes before its type or shape.</param>
    /// <param name="binary">The binary data after the JSON.</param>
    /// <param name="index">The input's place in the request, for errors.</param>
    /// <param name="limits">How large a request may be.</param>
    public static Tensor Read(ref RequestJson json, ReadOnlySpan<byte> body, ref BinaryPart binary, int index, ProtocolLimits limits)
    {
        if (json.Reader.TokenType != JsonTokenType.StartObject)
        {
            throw FieldPath.Input(index).Wrong("is not an object.");
        }

        var declared = new Declared { BinarySize = -1, DataStart = -1 };
        try
        {
            while (json.NextProperty(out string property))
            {
                Property(ref json, ref declared, property, index, limits);
            }

            return Complete(ref declared, body, ref binary, index, limits);
        }
        catch
        {
            declared.Decoded?.Release();
            throw;
        }
    }

    private static void Property(ref RequestJson json, ref Declared declared, string property, int index, ProtocolLimits limits)
    {
        switch (property)
        {
            case "name":
                declared.Name = json.Text(FieldPath.Input(index, "name"));
                break;
            case "datatype":
                string datatype = json.Text(FieldPath.Input(index, "datatype"));
                declared.Type = TensorType.ByName.TryGetValue(datatype, out TensorType? type)
                    ? type
                    : throw InferenceException.Input(index, "datatype", $"'{Short(datatype)}' is not one of {string.Join(", ", TensorType.ByName.Keys.Order())}.");
                break;
            case "shape":
                declared.Shape = Shape(ref json, index, limits);
                break;
            case "parameters":
                declared.BinarySize = BinarySize(ref json, index);
                break;
            case "data" when declared is { Type: not null, Shape: not null, Decoded: null }:
                declared.DataStart = 0;
                declared.Decoded = json.IsQuick && declared.Type.Name == "FP32" ? Floats(ref json, declared.Shape, limits) : null;
                if (declared.Decoded is null)
                {
                    json.Reader.Read();
                    declared.Decoded = TensorJsonReader.Read(ref json.Reader, declared.Type, declared.Shape, json.Left, index, limits);
                }

                break;
            case "data":
                json.Reader.Read();
                declared.DataStart = json.TokenStart;
                json.Reader.Skip();
                declared.DataLength = json.Position - declared.DataStart;
                break;
            default:
                json.Reader.Skip();
                break;
        }
    }

    private static Tensor Complete(ref Declared declared, ReadOnlySpan<byte> body, ref BinaryPart binary, int index, ProtocolLimits limits)
    {
        string name = declared.Name ?? throw InferenceException.Input(index, "name", "is missing.");
        TensorType type = declared.Type ?? throw InferenceException.Input(index, "datatype", "is missing.");
        long[] shape = declared.Shape ?? throw InferenceException.Input(index, "shape", "is missing.");
        if (declared.BinarySize >= 0)
        {
            return declared.DataStart < 0
                ? binary.Take(name, type, shape, declared.BinarySize, index)
                : throw InferenceException.Input(index, "data", "is given besides parameters.binary_data_size; send one of them.");
        }

        if (declared.DataStart < 0)
        {
            throw InferenceException.Input(index, "data", "is missing; binary data is announced by parameters.binary_data_size.");
        }

        PooledMemory data = declared.Decoded ?? Decode(declared, body, type, shape, index, limits);
        declared.Decoded = null;
        return new(name, type, shape, data, data.Address, data.Length);
    }

    private static PooledMemory Decode(in Declared declared, ReadOnlySpan<byte> body, TensorType type, long[] shape, int index, ProtocolLimits limits)
    {
        var data = new RequestJson(body.Slice(declared.DataStart, declared.DataLength), quick: false);
        data.Reader.Read();
        return TensorJsonReader.Read(ref data.Reader, type, shape, declared.DataLength, index, limits);
    }

    private static PooledMemory? Floats(ref RequestJson json, long[] shape, ProtocolLimits limits)
    {
        ReadOnlySpan<byte> text = json.Rest;
        int elements = TensorShape.Elements(shape);
        if (elements <= 0 || elements > text.Length / 2)
        {
            return null;
        }

        PooledMemory floats = limits.Rent(elements * sizeof(float));
        int read = FloatArrayText.Read(text, shape, MemoryMarshal.Cast<byte, float>(floats.Span));
        if (read < 0)
        {
            floats.Release();
            return null;
        }

        json.GoOnAfterValue(read);
        return floats;
    }

    private static long[] Shape(ref RequestJson json, int index, ProtocolLimits limits)
    {
        json.Expect(JsonTokenType.StartArray, FieldPath.Input(index, "shape"), "an array");
        Span<long> dimensions = stackalloc long[64];
        int rank = 0;
        while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == Math.Min(limits.MaxRank, dimensions.Length))
            {
                throw InferenceException.Input(index, "shape", $"has more than {limits.MaxRank} dimensions.");
            }

            dimensions[rank++] = json.Reader.TokenType == JsonTokenType.Number && json.Reader.TryGetInt64(out long dimension) && dimension >= 0
                ? dimension
                : throw InferenceException.Input(index, $"shape[{rank - 1}]", "is not a whole number of at least 0.");
        }

        dimensions = dimensions[..rank];
        if (dimensions.Contains(0) && dimensions.IndexOfAnyExceptInRange(0, limits.MaxEmptyDimension) is >= 0 and int large)
        {
            throw InferenceException.Input(
                index, $"shape[{large}]", $"is {dimensions[large]}; a tensor without elements, as {TensorShape.Text(dimensions.ToArray())} is one, has dimensions of at most {limits.MaxEmptyDimension}.");
        }

        return dimensions.ToArray();
    }

    private static long BinarySize(ref RequestJson json, int index)
    {
        long size = -1;
        json.Expect(JsonTokenType.StartObject, FieldPath.Input(index, "parameters"), "an object");
        while (json.NextProperty(out string property))
        {
            if (property == "binary_data_size")
            {
                size = json.Whole(FieldPath.Input(index, "parameters.binary_data_size"), 0, "a number of bytes");
            }
            else
            {
                json.Reader.Skip();
            }
        }

        return size;
    }

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private struct Declared
    {
        public string? Name;
        public TensorType? Type;
        public long[]? Shape;
        public int DataStart;
        public int DataLength;
        public long BinarySize;
        public PooledMemory? Decoded;
    }
}

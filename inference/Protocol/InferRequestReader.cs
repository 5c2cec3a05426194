using System.Globalization;
using System.Text.Json;

namespace DurableMl.Inference.Protocol;

/// <summary>
/// Reads inference requests of the Open Inference Protocol v2, with the binary tensor extension. Binary tensors stay where the body was
/// received; JSON data is decoded once, straight into the form that ONNX Runtime reads.
/// </summary>
internal static class InferRequestReader
{
    private static readonly JsonReaderOptions JsonOptions = new() { MaxDepth = 64 };

    /// <summary>Parses a body; the request's tensors add references to <paramref name="memory"/>.</summary>
    public static InferRequest Parse(PooledMemory memory, int length, int jsonLength, ProtocolLimits limits)
    {
        var request = new InferRequest();
        if (jsonLength == 0 && length > 0)
        {
            memory.AddReference();
            request.Raw = memory;
            request.RawLength = length;
            request.BinaryOutputs = true;
            return request;
        }

        try
        {
            var reader = new Utf8JsonReader(memory.Span[..jsonLength], JsonOptions);
            var binary = new BinaryPart(memory, jsonLength, length);
            ReadRequest(ref reader, jsonLength, ref binary, request, limits);
            return request;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8.
            request.Dispose();
            throw new InferenceException(400, $"The request is not JSON: {e.Message}");
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static void ReadRequest(ref Utf8JsonReader reader, int jsonLength, ref BinaryPart binary, InferRequest request, ProtocolLimits limits)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InferenceException(400, "The request is not a JSON object.");
        }

        bool hasInputs = false;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("inputs"u8))
            {
                hasInputs = true;
                for (Expect(ref reader, JsonTokenType.StartArray, new("inputs")); reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
                {
                    CheckCount(request.Inputs.Count, "inputs", limits);
                    request.Inputs.Add(ReadInput(ref reader, jsonLength, ref binary, request, limits));
                }
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                request.Outputs = [];
                for (Expect(ref reader, JsonTokenType.StartArray, new("outputs")); reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
                {
                    CheckCount(request.Outputs.Count, "outputs", limits);
                    request.Outputs.Add(ReadOutput(ref reader, request.Outputs.Count));
                }
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                ReadParameters(ref reader, request, limits);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                request.Id = Text(ref reader, new("id"));
            }
            else
            {
                reader.Skip();
            }
        }

        // Anything but white space after the object is an error.
        reader.Read();
        if (!hasInputs)
        {
            throw InferenceException.Field("inputs", "is missing.");
        }

        binary.RequireEnd();
    }

    private static Tensor ReadInput(ref Utf8JsonReader reader, int jsonLength, ref BinaryPart binary, InferRequest request, ProtocolLimits limits)
    {
        int index = request.Inputs.Count;
        RequireObject(ref reader, new("inputs", index));
        (string? name, TensorType? type, long[]? shape, long? binarySize, PooledMemory? decoded) = (null, null, null, null, null);
        Utf8JsonReader data = default;
        try
        {
            while (NextProperty(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    name = Text(ref reader, new("inputs", index, "name"));
                }
                else if (reader.ValueTextEquals("datatype"u8))
                {
                    type = ReadType(ref reader, index);
                }
                else if (reader.ValueTextEquals("shape"u8))
                {
                    shape = ReadShape(ref reader, index);
                }
                else if (reader.ValueTextEquals("parameters"u8))
                {
                    binarySize = ReadBinarySize(ref reader, index);
                }
                else if (!reader.ValueTextEquals("data"u8))
                {
                    reader.Skip();
                }
                else if (decoded is null && reader.Read() && type is not null && shape is not null)
                {
                    decoded = Decode(ref reader);
                }
                else
                {
                    // Type and shape come later and tell how to read it: a copy of the reader stays here.
                    data = reader;
                    reader.Skip();
                }
            }

            name = name ?? throw InferenceException.Input(index, "name", "is missing.");
            type = type ?? throw InferenceException.Input(index, "datatype", "is missing.");
            shape = shape ?? throw InferenceException.Input(index, "shape", "is missing.");
            bool hasData = decoded is not null || data.TokenType != JsonTokenType.None;
            if (binarySize is { } size)
            {
                return hasData
                    ? throw InferenceException.Input(index, "data", "is given besides parameters.binary_data_size; send one of them.")
                    : binary.Take(name, type, shape, size, index);
            }

            if (!hasData)
            {
                throw InferenceException.Input(index, "data", "is missing; binary data is announced by parameters.binary_data_size.");
            }

            decoded ??= Decode(ref data);
            return new(name, type, shape, decoded, decoded.Address, decoded.Length);
        }
        catch
        {
            decoded?.Release();
            throw;
        }

        PooledMemory Decode(ref Utf8JsonReader from)
        {
            InferenceException? nullText = request.NullText;
            PooledMemory memory = TensorJson.Read(ref from, type!, shape!, jsonLength - from.TokenStartIndex, index, limits, ref nullText);
            request.NullText = nullText;
            return memory;
        }
    }

    private static TensorType ReadType(ref Utf8JsonReader reader, int index)
    {
        string name = Text(ref reader, new("inputs", index, "datatype"));
        return TensorType.ByName.TryGetValue(name, out TensorType? type)
            ? type
            : throw InferenceException.Input(index, "datatype", $"'{(name.Length > 40 ? name[..40] + "…" : name)}' is not one of {string.Join(", ", TensorType.ByName.Keys.Order())}.");
    }

    private static long[] ReadShape(ref Utf8JsonReader reader, int index)
    {
        Expect(ref reader, JsonTokenType.StartArray, new("inputs", index, "shape"));
        Span<long> dimensions = stackalloc long[ProtocolLimits.MaxRank];
        int rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (rank == dimensions.Length)
            {
                throw InferenceException.Input(index, "shape", $"has more than {dimensions.Length} dimensions.");
            }

            dimensions[rank++] = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long dimension) && dimension >= 0
                ? dimension
                : throw InferenceException.Input(index, $"shape[{rank - 1}]", "is not a whole number of at least 0.");
        }

        long[] shape = dimensions[..rank].ToArray();
        ProtocolLimits.CheckShape(shape, index);
        return shape;
    }

    private static long? ReadBinarySize(ref Utf8JsonReader reader, int index)
    {
        long? size = null;
        Expect(ref reader, JsonTokenType.StartObject, new("inputs", index, "parameters"));
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("binary_data_size"u8))
            {
                size = Whole(ref reader, new("inputs", index, "parameters.binary_data_size"), 0, "a number of bytes");
            }
            else
            {
                reader.Skip();
            }
        }

        return size;
    }

    private static RequestedOutput ReadOutput(ref Utf8JsonReader reader, int index)
    {
        RequireObject(ref reader, new("outputs", index));
        (string? name, bool? binary, int classes) = (null, null, 0);
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = Text(ref reader, new("outputs", index, "name"));
            }
            else if (!reader.ValueTextEquals("parameters"u8))
            {
                reader.Skip();
            }
            else
            {
                for (Expect(ref reader, JsonTokenType.StartObject, new("outputs", index, "parameters")); NextProperty(ref reader);)
                {
                    if (reader.ValueTextEquals("binary_data"u8))
                    {
                        binary = Boolean(ref reader, new("outputs", index, "parameters.binary_data"));
                    }
                    else if (reader.ValueTextEquals("classification"u8))
                    {
                        classes = (int)Math.Min(int.MaxValue, Whole(ref reader, new("outputs", index, "parameters.classification"), 1, "a number of classes of at least 1"));
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
        }

        return new(name ?? throw InferenceException.Field(new Field("outputs", index, "name").ToString(), "is missing."), binary, classes);
    }

    private static void ReadParameters(ref Utf8JsonReader reader, InferRequest request, ProtocolLimits limits)
    {
        Expect(ref reader, JsonTokenType.StartObject, new("parameters"));
        for (int seen = 0; NextProperty(ref reader); seen++)
        {
            CheckCount(seen, "parameters", limits);
            if (reader.ValueTextEquals("binary_data_output"u8))
            {
                request.BinaryOutputs = Boolean(ref reader, new("parameters.binary_data_output"));
            }
            else if (reader.ValueTextEquals("timeout"u8))
            {
                request.TimeoutMicroseconds = Whole(ref reader, new("parameters.timeout"), 0, "a number of microseconds");
            }
            else
            {
                string property = reader.GetString()!;
                reader.Read();
                using JsonDocument value = JsonDocument.ParseValue(ref reader);
                if (value.RootElement.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
                {
                    (request.Parameters ??= [])[property] = value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString()! : value.RootElement.GetRawText();
                }
            }
        }
    }

    private static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void RequireObject(ref Utf8JsonReader reader, Field field)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw InferenceException.Field(field.ToString(), "is not an object.");
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, Field field)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw InferenceException.Field(field.ToString(), token == JsonTokenType.StartArray ? "is not an array." : "is not an object.");
        }
    }

    private static string Text(ref Utf8JsonReader reader, Field field) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw InferenceException.Field(field.ToString(), "is not a string.");

    private static bool Boolean(ref Utf8JsonReader reader, Field field) =>
        reader.Read() && reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw InferenceException.Field(field.ToString(), "is not true or false.");

    private static long Whole(ref Utf8JsonReader reader, Field field, long least, string what) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value) && value >= least
            ? value
            : throw InferenceException.Field(field.ToString(), $"is not {what}.");

    private static void CheckCount(int count, string list, ProtocolLimits limits)
    {
        if (count >= limits.MaxNames)
        {
            throw InferenceException.Field(list, $"has more than {limits.MaxNames} {(list == "parameters" ? "members" : "elements")}.");
        }
    }

    /// <summary>A field of a request; its text, such as <c>inputs[0].shape</c>, is put together only for an error.</summary>
    private readonly record struct Field(string Name, int Index = -1, string? Member = null)
    {
        public override string ToString() =>
            Index < 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}[{Index}]{(Member is null ? "" : ".")}{Member}");
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMl.Inference.Protocol;

/// <summary>
/// Reads inference requests of the Open Inference Protocol v2, with the binary tensor extension. Binary tensors stay where the body was
/// received; JSON data is decoded once, straight into the form that ONNX Runtime reads.
/// </summary>
internal static class InferRequestReader
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 64 };

    private static readonly JsonSerializerOptions SerializerOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    };

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
            var reader = new Utf8JsonReader(memory.Span[..jsonLength], ReaderOptions);
            var binary = new BinaryPart(memory, jsonLength, length);
            ReadRequest(ref reader, memory.Span[..jsonLength], ref binary, request, limits);
            return request;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8.
            request.Dispose();
            ReadOnlySpan<byte> json = memory.Span[..jsonLength];
            string remedy = json.IndexOf("NaN"u8) >= 0 || json.IndexOf("Infinity"u8) >= 0 ? " JSON has neither NaN nor Infinity: send null for NaN, or binary data." : "";
            throw new InferenceException(400, $"The request is not JSON: {Syntax(json) ?? e.Message}{remedy}");
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static void ReadRequest(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref BinaryPart binary, InferRequest request, ProtocolLimits limits)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InferenceException(400, "The request is not a JSON object.");
        }

        bool hasInputs = false;
        int start = 0;
        while (NextProperty(ref reader))
        {
            if (IsNull(reader))
            {
                reader.Skip();
            }
            else if (reader.ValueTextEquals("inputs"u8))
            {
                hasInputs = reader.Read() && reader.TokenType == JsonTokenType.StartArray ? true : throw InferenceException.Field("inputs", "is not an array.");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    request.Inputs.Add(ReadInput(ref reader, ref start, json, ref binary, request, limits));
                }
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                request.Outputs = [.. Read<List<OutputElement?>>(ref reader, "outputs").Select(Requested)];
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                Apply(Read<RequestParameters>(ref reader, "parameters"), request);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                request.Id = Text(ref reader, "id");
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

    // The reader's text begins at start of the whole.
    private static Tensor ReadInput(ref Utf8JsonReader reader, ref int start, ReadOnlySpan<byte> json, ref BinaryPart binary, InferRequest request, ProtocolLimits limits)
    {
        int index = request.Inputs.Count;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw InferenceException.Field(string.Create(CultureInfo.InvariantCulture, $"inputs[{index}]"), "is not an object.");
        }

        (string? name, TensorType? type, long[]? shape, long? binarySize, PooledMemory? decoded, int length) = (null, null, null, null, null, 0);
        Utf8JsonReader data = default;
        try
        {
            while (NextProperty(ref reader))
            {
                if (IsNull(reader))
                {
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("name"u8))
                {
                    name = Text(ref reader, "name", index);
                }
                else if (reader.ValueTextEquals("datatype"u8))
                {
                    type = TypeOf(Text(ref reader, "datatype", index), index);
                }
                else if (reader.ValueTextEquals("shape"u8))
                {
                    shape = ReadShape(ref reader, index);
                    ProtocolLimits.CheckShape(shape, index);
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
                    (decoded, length) = Decode(ref reader, ref start, json, type, shape, request, limits);
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
            if (hasData == binarySize is not null)
            {
                throw InferenceException.Input(index, "data", hasData
                    ? "is given besides parameters.binary_data_size; send one of them."
                    : "is missing; binary data is announced by parameters.binary_data_size.");
            }

            if (binarySize is { } size)
            {
                return binary.Take(name, type, shape, size, index);
            }

            if (decoded is null)
            {
                int from = start;
                (decoded, length) = Decode(ref data, ref from, json, type, shape, request, limits);
            }

            return new(name, type, shape, decoded, decoded.Address, length);
        }
        catch
        {
            decoded?.Release();
            throw;
        }
    }

    private static (PooledMemory Memory, int Length) Decode(
        ref Utf8JsonReader reader, ref int start, ReadOnlySpan<byte> json, TensorType type, long[] shape, InferRequest request, ProtocolLimits limits)
    {
        int index = request.Inputs.Count;
        int from = start + (int)reader.BytesConsumed;
        int elements = TensorShape.Elements(shape);
        // An element takes at least a digit and a comma or bracket.
        if (reader.TokenType == JsonTokenType.StartArray && type.Name == "FP32" && elements > 0 && elements <= (json.Length - from) / 2)
        {
            PooledMemory memory = limits.Rent(checked(elements * type.Size));
            if (TensorJson.TryReadFlat(json[from..], MemoryMarshal.Cast<byte, float>(memory.Span), out int length))
            {
                start = from + length;
                reader = new Utf8JsonReader(json[start..], isFinalBlock: true, reader.CurrentState);
                reader.Read();
                return (memory, memory.Length);
            }

            memory.Release();
        }

        InferenceException? nullText = request.NullText;
        (PooledMemory Memory, int Length) decoded = TensorJson.Read(ref reader, type, shape, json.Length - start - reader.TokenStartIndex, index, limits, ref nullText);
        request.NullText = nullText;
        return decoded;
    }

    // A reader that has passed over numbers does not know where it is.
    private static string? Syntax(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, ReaderOptions);
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }

    private static TensorType TypeOf(string name, int index) => TensorType.ByName.TryGetValue(name, out TensorType? type)
        ? type
        : throw InferenceException.Input(index, "datatype", $"'{(name.Length > 40 ? name[..40] + "…" : name)}' is not one of {string.Join(", ", TensorType.ByName.Keys.Order())}.");

    private static RequestedOutput Requested(OutputElement? output, int index) => output is null
        ? throw InferenceException.Field(string.Create(CultureInfo.InvariantCulture, $"outputs[{index}]"), "is not an object.")
        : new(output.Name, output.Parameters?.BinaryData, output.Parameters?.Classification is { } classes ? RequestedOutput.ClassesOf(classes, index) : 0);

    private static void Apply(RequestParameters parameters, InferRequest request)
    {
        request.BinaryOutputs = parameters.BinaryDataOutput ?? false;
        request.TimeoutMicroseconds = parameters.Timeout ?? 0;
        foreach ((string name, JsonElement value) in parameters.Others ?? [])
        {
            if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            {
                (request.Parameters ??= [])[name] = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            }
        }
    }

    private static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    // A member that is null is as good as missing: clients write those that they do not use so (KServe's Python types, pydantic).
    private static bool IsNull(Utf8JsonReader property) => property.Read() && property.TokenType == JsonTokenType.Null;

    // What every request has is read token by token: the serializer looks at it twice.
    private static long[] ReadShape(ref Utf8JsonReader reader, int input)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw Wrong("shape", input);
        }

        var shape = new List<long>(4);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            shape.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long size) ? size : throw Wrong($"shape[{shape.Count}]", input));
        }

        return [.. shape];
    }

    private static long? ReadBinarySize(ref Utf8JsonReader reader, int input)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Wrong("parameters", input);
        }

        long? size = null;
        while (NextProperty(ref reader))
        {
            if (!reader.ValueTextEquals("binary_data_size"u8))
            {
                reader.Skip();
            }
            else if (reader.Read() && reader.TokenType != JsonTokenType.Null)
            {
                size = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long bytes) ? bytes : throw Wrong("parameters.binary_data_size", input);
            }
        }

        return size;
    }

    private static T Read<T>(ref Utf8JsonReader reader, string field)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(ref reader, SerializerOptions) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw Wrong(field + e.Path?[1..], input: -1);
        }
    }

    private static string Text(ref Utf8JsonReader reader, string field, int input = -1) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Wrong(field, input);

    private static InferenceException Wrong(string field, int input) => input < 0
        ? InferenceException.Field(field, "is missing, or not what belongs there.")
        : InferenceException.Input(input, field, "is missing, or not what belongs there.");

    private sealed record RequestParameters
    {
        public bool? BinaryDataOutput { get; init; }

        public long? Timeout { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Others { get; init; }
    }

    private sealed record OutputElement
    {
        public required string Name { get; init; }

        public OutputParameters? Parameters { get; init; }
    }

    private sealed record OutputParameters
    {
        public bool? BinaryData { get; init; }

        public int? Classification { get; init; }
    }
}

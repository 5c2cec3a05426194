using System.Globalization;
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
                hasInputs = reader.Read() && reader.TokenType == JsonTokenType.StartArray ? true : throw InferenceException.Field("inputs", "is not an array.");
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    request.Inputs.Add(ReadInput(ref reader, jsonLength, ref binary, request, limits));
                }
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                List<OutputElement> outputs = Read<List<OutputElement>>(ref reader, "outputs");
                request.Outputs = [.. outputs.Select((output, i) => new RequestedOutput(
                    output.Name, output.Parameters?.BinaryData, output.Parameters?.Classification is { } classes ? RequestedOutput.ClassesOf(classes, i) : 0))];
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

    private static Tensor ReadInput(ref Utf8JsonReader reader, int jsonLength, ref BinaryPart binary, InferRequest request, ProtocolLimits limits)
    {
        int index = request.Inputs.Count;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw InferenceException.Field(string.Create(CultureInfo.InvariantCulture, $"inputs[{index}]"), "is not an object.");
        }

        (string? name, TensorType? type, long[]? shape, long? binarySize, PooledMemory? decoded) = (null, null, null, null, null);
        Utf8JsonReader data = default;
        try
        {
            while (NextProperty(ref reader))
            {
                if (reader.ValueTextEquals("name"u8))
                {
                    name = Text(ref reader, "name", index);
                }
                else if (reader.ValueTextEquals("datatype"u8))
                {
                    type = TypeOf(Text(ref reader, "datatype", index), index);
                }
                else if (reader.ValueTextEquals("shape"u8))
                {
                    shape = Read<long[]>(ref reader, "shape", index);
                    ProtocolLimits.CheckShape(shape, index);
                }
                else if (reader.ValueTextEquals("parameters"u8))
                {
                    binarySize = Read<InputParameters>(ref reader, "parameters", index).BinaryDataSize;
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

    private static TensorType TypeOf(string name, int index) => TensorType.ByName.TryGetValue(name, out TensorType? type)
        ? type
        : throw InferenceException.Input(index, "datatype", $"'{(name.Length > 40 ? name[..40] + "…" : name)}' is not one of {string.Join(", ", TensorType.ByName.Keys.Order())}.");

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

    // A field of the request, or of an input.
    private static T Read<T>(ref Utf8JsonReader reader, string field, int input = -1)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(ref reader, SerializerOptions) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw Wrong(field + e.Path?[1..], input);
        }
    }

    private static string Text(ref Utf8JsonReader reader, string field, int input = -1) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Wrong(field, input);

    private static InferenceException Wrong(string field, int input) => input < 0
        ? InferenceException.Field(field, "is missing, or not what belongs there.")
        : InferenceException.Input(input, field, "is missing, or not what belongs there.");

    private sealed record InputParameters
    {
        public long? BinaryDataSize { get; init; }
    }

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

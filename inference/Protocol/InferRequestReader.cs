using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DurableMl.Inference.Tensors;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Protocol;

/// <summary>
/// Reads inference requests of the Open Inference Protocol v2, with the binary tensor extension. Binary tensors stay where the body was
/// received; JSON data is decoded once, straight into the form that ONNX Runtime reads.
/// </summary>
internal static class InferRequestReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    public static async ValueTask<InferRequest> ReadAsync(HttpRequest http, ProtocolLimits limits, CancellationToken cancellationToken)
    {
        (PooledMemory memory, int length, int jsonLength) = await InferRequestBody.ReadAsync(http, limits, cancellationToken);
        try
        {
            return Parse(memory, length, jsonLength, limits);
        }
        finally
        {
            // The tensors in it hold references of their own.
            memory.Release();
        }
    }

    /// <summary>Parses a body; the request's tensors add references to <paramref name="memory"/>.</summary>
    public static InferRequest Parse(PooledMemory memory, int length, int jsonLength, ProtocolLimits limits)
    {
        var request = new InferRequest();
        try
        {
            if (jsonLength == 0 && length > 0)
            {
                memory.AddReference();
                request.Raw = memory;
                request.RawLength = length;
                request.BinaryOutputs = true;
                return request;
            }

            Parse(request, memory, length, jsonLength, limits);
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

    private static void Parse(InferRequest request, PooledMemory memory, int length, int jsonLength, ProtocolLimits limits)
    {
        try
        {
            new Parser(request, memory, length, jsonLength, limits, quick: true).Parse();
        }
        catch (JsonException)
        {
            // The quick way jumps over arrays, and a reader does not say truly where it stands after that. Once more, for a true error.
            request.Dispose();
            new Parser(request, memory, length, jsonLength, limits, quick: false).Parse();
        }
    }

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

    private ref struct Parser
    {
        private readonly InferRequest request;
        private readonly PooledMemory memory;
        private readonly int length;
        private readonly int jsonLength;
        private readonly ProtocolLimits limits;
        private readonly bool quick;
        private Utf8JsonReader reader;
        private int origin;
        private bool hasInputs;
        private int binaryOffset;

        public Parser(InferRequest request, PooledMemory memory, int length, int jsonLength, ProtocolLimits limits, bool quick)
        {
            this.request = request;
            this.memory = memory;
            this.length = length;
            this.jsonLength = jsonLength;
            this.limits = limits;
            this.quick = quick;
            reader = new(memory.Span[..jsonLength], Options);
            binaryOffset = jsonLength;
        }

        private readonly int Position => origin + (int)reader.BytesConsumed;

        private readonly int TokenStart => origin + (int)reader.TokenStartIndex;

        public void Parse()
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InferenceException(400, "The request is not a JSON object.");
            }

            while (NextProperty(out string property))
            {
                switch (property)
                {
                    case "id":
                        request.Id = Text("id");
                        break;
                    case "parameters":
                        RequestParameters();
                        break;
                    case "inputs":
                        hasInputs = true;
                        Inputs();
                        break;
                    case "outputs":
                        Outputs();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            // Anything but white space after the object is an error.
            reader.Read();
            if (!hasInputs)
            {
                throw InferenceException.Field("inputs", "is missing.");
            }

            if (binaryOffset != length)
            {
                throw new InferenceException(400, $"The body has {length - jsonLength} bytes of binary data, but the inputs' binary_data_size add up to {binaryOffset - jsonLength}.");
            }
        }

        private void Inputs()
        {
            Expect(JsonTokenType.StartArray, "inputs", "an array");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int index = request.Inputs.Count;
                if (index >= limits.MaxNames)
                {
                    throw InferenceException.Field("inputs", $"has more than {limits.MaxNames} elements.");
                }

                request.Inputs.Add(Input(index));
            }
        }

        private Tensor Input(int index)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw InferenceException.Field($"inputs[{index}]", "is not an object.");
            }

            var declared = new Declared { BinarySize = -1, DataStart = -1 };
            try
            {
                while (NextProperty(out string property))
                {
                    InputProperty(ref declared, property, index);
                }

                return Complete(ref declared, index);
            }
            catch
            {
                declared.Decoded?.Release();
                throw;
            }
        }

        private void InputProperty(ref Declared declared, string property, int index)
        {
            switch (property)
            {
                case "name":
                    declared.Name = Text($"inputs[{index}].name");
                    break;
                case "datatype":
                    string datatype = Text($"inputs[{index}].datatype");
                    declared.Type = TensorType.ByName.TryGetValue(datatype, out TensorType? type)
                        ? type
                        : throw InferenceException.Input(index, "datatype", $"'{Short(datatype)}' is not one of {string.Join(", ", TensorType.ByName.Keys.Order())}.");
                    break;
                case "shape":
                    declared.Shape = Shape(index);
                    break;
                case "parameters":
                    declared.BinarySize = BinarySize(index);
                    break;
                case "data" when declared is { Type: not null, Shape: not null, Decoded: null }:
                    declared.DataStart = 0;
                    declared.Decoded = quick && declared.Type.Name == "FP32" ? Floats(declared.Shape) : null;
                    if (declared.Decoded is null)
                    {
                        reader.Read();
                        declared.Decoded = TensorJsonReader.Read(ref reader, declared.Type, declared.Shape, jsonLength - TokenStart, index);
                    }

                    break;
                case "data":
                    reader.Read();
                    declared.DataStart = TokenStart;
                    reader.Skip();
                    declared.DataLength = Position - declared.DataStart;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        private PooledMemory? Floats(long[] shape)
        {
            int from = Position;
            int elements = TensorShape.Elements(shape);
            if (elements <= 0 || elements > (jsonLength - from) / 2)
            {
                return null;
            }

            PooledMemory floats = PooledMemory.Rent(elements * sizeof(float));
            int read = FloatArrayText.Read(memory.Span[from..jsonLength], shape, MemoryMarshal.Cast<byte, float>(floats.Span));
            if (read < 0)
            {
                floats.Release();
                return null;
            }

            GoOnAfterValueAt(from + read);
            return floats;
        }

        // A reader cannot be moved. But one that reads "null" where the value stands is past it, and what it knows another takes over.
        private void GoOnAfterValueAt(int position)
        {
            var standIn = new Utf8JsonReader("null"u8, isFinalBlock: false, reader.CurrentState);
            standIn.Read();
            reader = new(memory.Span[position..jsonLength], isFinalBlock: true, standIn.CurrentState);
            origin = position;
        }

        private Tensor Complete(ref Declared declared, int index)
        {
            string name = declared.Name ?? throw InferenceException.Input(index, "name", "is missing.");
            TensorType type = declared.Type ?? throw InferenceException.Input(index, "datatype", "is missing.");
            long[] shape = declared.Shape ?? throw InferenceException.Input(index, "shape", "is missing.");
            if (declared.BinarySize >= 0)
            {
                return declared.DataStart < 0
                    ? Binary(name, type, shape, declared.BinarySize, index)
                    : throw InferenceException.Input(index, "data", "is given besides parameters.binary_data_size; send one of them.");
            }

            if (declared.DataStart < 0)
            {
                throw InferenceException.Input(index, "data", "is missing; binary data is announced by parameters.binary_data_size.");
            }

            PooledMemory data = declared.Decoded ?? Decode(declared, type, shape, index);
            declared.Decoded = null;
            return new(name, type, shape, data, data.Address, data.Length);
        }

        private readonly PooledMemory Decode(in Declared declared, TensorType type, long[] shape, int index)
        {
            var data = new Utf8JsonReader(memory.Span.Slice(declared.DataStart, declared.DataLength), Options);
            data.Read();
            return TensorJsonReader.Read(ref data, type, shape, declared.DataLength, index);
        }

        private Tensor Binary(string name, TensorType type, long[] shape, long size, int index)
        {
            const string Field = "parameters.binary_data_size";
            int elements = TensorShape.Elements(shape);
            if (elements < 0 || size > length - binaryOffset)
            {
                throw InferenceException.Input(index, Field, $"{size} bytes are announced, but only {length - binaryOffset} are left in the body.");
            }

            if (!type.IsBytes && size != (long)elements * type.Size)
            {
                throw InferenceException.Input(index, Field, $"{size} bytes are not the {(long)elements * type.Size} that shape {TensorShape.Text(shape)} of {type.Name} takes.");
            }

            ReadOnlySpan<byte> data = memory.Span.Slice(binaryOffset, (int)size);
            if (type.IsBytes)
            {
                CheckStrings(data, elements, index);
            }
            else if (type.Name == "BOOL" && data.IndexOfAnyExceptInRange((byte)0, (byte)1) is >= 0 and int bad)
            {
                throw InferenceException.Input(index, $"data[{bad}]", $"{data[bad]} is not a BOOL value; use 0 or 1.");
            }

            memory.AddReference();
            var tensor = new Tensor(name, type, shape, memory, memory.Address + binaryOffset, (int)size);
            binaryOffset += (int)size;
            return tensor;
        }

        private static void CheckStrings(ReadOnlySpan<byte> data, int elements, int index)
        {
            int seen = 0;
            while (data.Length >= sizeof(int) && seen < elements)
            {
                uint size = BinaryPrimitives.ReadUInt32LittleEndian(data);
                if (size > data.Length - sizeof(int))
                {
                    throw InferenceException.Input(index, $"data[{seen}]", $"says {size} bytes, but {data.Length - sizeof(int)} are left.");
                }

                data = data[(sizeof(int) + (int)size)..];
                seen++;
            }

            if (seen != elements || !data.IsEmpty)
            {
                throw InferenceException.Input(index, "data", $"does not hold exactly the {elements} BYTES elements of the shape.");
            }
        }

        private void Outputs()
        {
            Expect(JsonTokenType.StartArray, "outputs", "an array");
            request.Outputs = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int index = request.Outputs.Count;
                if (index >= limits.MaxNames)
                {
                    throw InferenceException.Field("outputs", $"has more than {limits.MaxNames} elements.");
                }

                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    throw InferenceException.Field($"outputs[{index}]", "is not an object.");
                }

                string? name = null;
                bool? binary = null;
                while (NextProperty(out string property))
                {
                    switch (property)
                    {
                        case "name":
                            name = Text($"outputs[{index}].name");
                            break;
                        case "parameters":
                            binary = OutputParameters(index);
                            break;
                        default:
                            reader.Skip();
                            break;
                    }
                }

                request.Outputs.Add(new(name ?? throw InferenceException.Field($"outputs[{index}].name", "is missing."), binary));
            }
        }

        private bool? OutputParameters(int index)
        {
            bool? binary = null;
            Expect(JsonTokenType.StartObject, $"outputs[{index}].parameters", "an object");
            while (NextProperty(out string property))
            {
                switch (property)
                {
                    case "binary_data":
                        binary = Boolean($"outputs[{index}].parameters.binary_data");
                        break;
                    case "classification":
                        throw InferenceException.Field($"outputs[{index}].parameters.classification", "is not supported; read the scores.");
                    default:
                        reader.Skip();
                        break;
                }
            }

            return binary;
        }

        private void RequestParameters()
        {
            Expect(JsonTokenType.StartObject, "parameters", "an object");
            int seen = 0;
            while (NextProperty(out string property))
            {
                if (++seen > limits.MaxNames)
                {
                    throw InferenceException.Field("parameters", $"has more than {limits.MaxNames} members.");
                }

                switch (property)
                {
                    case "binary_data_output":
                        request.BinaryOutputs = Boolean("parameters.binary_data_output");
                        break;
                    case "timeout":
                        reader.Read();
                        request.TimeoutMicroseconds = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long timeout) && timeout >= 0
                            ? timeout
                            : throw InferenceException.Field("parameters.timeout", "is not a number of microseconds.");
                        break;
                    default:
                        KeepScalar(property);
                        break;
                }
            }
        }

        private void KeepScalar(string property)
        {
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                reader.Skip();
                return;
            }

            request.Parameters ??= [];
            request.Parameters[property] = reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
        }

        private long[] Shape(int index)
        {
            Expect(JsonTokenType.StartArray, $"inputs[{index}].shape", "an array");
            Span<long> dimensions = stackalloc long[64];
            int rank = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (rank == Math.Min(limits.MaxRank, dimensions.Length))
                {
                    throw InferenceException.Input(index, "shape", $"has more than {limits.MaxRank} dimensions.");
                }

                dimensions[rank++] = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long dimension) && dimension >= 0
                    ? dimension
                    : throw InferenceException.Input(index, $"shape[{rank - 1}]", "is not a whole number of at least 0.");
            }

            return dimensions[..rank].ToArray();
        }

        private long BinarySize(int index)
        {
            long size = -1;
            Expect(JsonTokenType.StartObject, $"inputs[{index}].parameters", "an object");
            while (NextProperty(out string property))
            {
                if (property != "binary_data_size")
                {
                    reader.Skip();
                    continue;
                }

                reader.Read();
                size = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long bytes) && bytes >= 0
                    ? bytes
                    : throw InferenceException.Input(index, "parameters.binary_data_size", "is not a number of bytes.");
            }

            return size;
        }

        private bool NextProperty(out string property)
        {
            property = "";
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndObject)
            {
                return false;
            }

            property = Known(ref reader);
            return true;
        }

        // The protocol's own names are not allocated again for each request.
        private static string Known(ref Utf8JsonReader reader)
        {
            foreach (string known in (ReadOnlySpan<string>)["name", "shape", "datatype", "data", "parameters", "binary_data_size", "binary_data", "binary_data_output", "inputs", "outputs", "id"])
            {
                if (reader.ValueTextEquals(known))
                {
                    return known;
                }
            }

            return reader.GetString()!;
        }

        private void Expect(JsonTokenType token, string path, string what)
        {
            if (!reader.Read() || reader.TokenType != token)
            {
                throw InferenceException.Field(path, $"is not {what}.");
            }
        }

        private string Text(string path) =>
            reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw InferenceException.Field(path, "is not a string.");

        private bool Boolean(string path) =>
            reader.Read() && reader.TokenType is JsonTokenType.True or JsonTokenType.False
                ? reader.TokenType == JsonTokenType.True
                : throw InferenceException.Field(path, "is neither true nor false.");

        private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;
    }
}

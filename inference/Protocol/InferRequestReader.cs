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
            Parse(request, memory, length, jsonLength, limits, quick: true);
        }
        catch (JsonException)
        {
            // The quick way jumps over arrays, and a reader does not say truly where it stands after that. Once more, for a true error.
            request.Dispose();
            Parse(request, memory, length, jsonLength, limits, quick: false);
        }
    }

    private static void Parse(InferRequest request, PooledMemory memory, int length, int jsonLength, ProtocolLimits limits, bool quick)
    {
        var json = new RequestJson(memory.Span[..jsonLength], quick);
        var binary = new BinaryPart(memory, jsonLength, length);
        if (!json.Reader.Read() || json.Reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InferenceException(400, "The request is not a JSON object.");
        }

        bool hasInputs = false;
        while (json.NextProperty(out string property))
        {
            switch (property)
            {
                case "id":
                    request.Id = json.Text(new("id"));
                    break;
                case "parameters":
                    RequestParameters.Read(ref json, request, limits);
                    break;
                case "inputs":
                    hasInputs = true;
                    ReadInputs(ref json, memory, ref binary, request, limits);
                    break;
                case "outputs":
                    request.Outputs = OutputsReader.Read(ref json, limits);
                    break;
                default:
                    json.Reader.Skip();
                    break;
            }
        }

        // Anything but white space after the object is an error.
        json.Reader.Read();
        if (!hasInputs)
        {
            throw InferenceException.Field("inputs", "is missing.");
        }

        binary.RequireEnd();
    }

    private static void ReadInputs(ref RequestJson json, PooledMemory memory, ref BinaryPart binary, InferRequest request, ProtocolLimits limits)
    {
        json.Expect(JsonTokenType.StartArray, new("inputs"), "an array");
        while (json.Reader.Read() && json.Reader.TokenType != JsonTokenType.EndArray)
        {
            int index = request.Inputs.Count;
            if (index >= limits.MaxNames)
            {
                throw InferenceException.Field("inputs", $"has more than {limits.MaxNames} elements.");
            }

            request.Inputs.Add(InputReader.Read(ref json, memory.Span, ref binary, index, limits));
        }
    }
}

using System.Text;
using System.Text.Json;

namespace DurableMl.Inference.Protocol;

/// <summary>Reads a request's own <c>parameters</c>.</summary>
internal static class RequestParameters
{
    /// <param name="json">Before the object; left on its last token.</param>
    /// <param name="request">Receives them.</param>
    /// <param name="limits">How large a request may be.</param>
    public static void Read(ref RequestJson json, InferRequest request, ProtocolLimits limits)
    {
        json.Expect(JsonTokenType.StartObject, new("parameters"), "an object");
        int seen = 0;
        while (json.NextProperty(out string property))
        {
            if (++seen > limits.MaxNames)
            {
                throw InferenceException.Field("parameters", $"has more than {limits.MaxNames} members.");
            }

            switch (property)
            {
                case "binary_data_output":
                    request.BinaryOutputs = json.Boolean(new("parameters.binary_data_output"));
                    break;
                case "timeout":
                    request.TimeoutMicroseconds = json.Whole(new("parameters.timeout"), 0, "a number of microseconds");
                    break;
                default:
                    KeepScalar(ref json.Reader, property, request);
                    break;
            }
        }
    }

    private static void KeepScalar(ref Utf8JsonReader reader, string property, InferRequest request)
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
}

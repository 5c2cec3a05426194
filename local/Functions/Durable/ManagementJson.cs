using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DurableMl.Local.Functions.Durable;

/// <summary>JSON of the management API.</summary>
internal static class ManagementJson
{
    public static JsonSerializerOptions Options { get; } =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A payload as JSON; as a text where it is not JSON, as the reason of a termination may be.</summary>
    public static JsonNode? Parse(string? payload)
    {
        if (string.IsNullOrWhiteSpace(payload))
        {
            return payload is null ? null : JsonValue.Create("");
        }

        try
        {
            return JsonNode.Parse(payload);
        }
        catch (JsonException)
        {
            return JsonValue.Create(payload);
        }
    }
}

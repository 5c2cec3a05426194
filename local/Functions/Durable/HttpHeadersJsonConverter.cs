using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;

namespace DurableMl.Local.Functions.Durable;

/// <summary>Headers as an object whose values are a text, or an array of texts.</summary>
internal sealed class HttpHeadersJsonConverter : JsonConverter<IDictionary<string, StringValues>>
{
    public override IDictionary<string, StringValues> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Dictionary<string, StringValues> headers = new(StringComparer.OrdinalIgnoreCase);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        foreach (JsonProperty header in document.RootElement.EnumerateObject())
        {
            headers[header.Name] =
                header.Value.ValueKind == JsonValueKind.Array
                    ? new StringValues([.. header.Value.EnumerateArray().Select(v => v.GetString())])
                    : new StringValues(header.Value.GetString());
        }

        return headers;
    }

    public override void Write(Utf8JsonWriter writer, IDictionary<string, StringValues> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, StringValues values) in value)
        {
            writer.WritePropertyName(name);
            if (values.Count == 1)
            {
                writer.WriteStringValue(values[0]);
                continue;
            }

            writer.WriteStartArray();
            foreach (string? text in values)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}

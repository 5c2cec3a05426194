#nullable enable
using System.Text.Json;
using System.Xml;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>What is sent as a JSON object.</summary>
internal interface IJsonBody
{
    /// <summary>Writes the properties, between the braces.</summary>
    void Write(Utf8JsonWriter json);
}

/// <summary>Writing and reading JSON as the service has it: a property without a value is absent, durations are ISO 8601.</summary>
internal static class Json
{
    public static RequestContent ToContent(this IJsonBody body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            body.Write(json);
            json.WriteEndObject();
        }

        return RequestContent.Create(buffer.ToArray());
    }

    public static void Text(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void Number(this Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    public static void Duration(this Utf8JsonWriter json, string name, TimeSpan? value) =>
        json.Text(name, value is { } duration ? XmlConvert.ToString(duration) : null);

    public static void Object(this Utf8JsonWriter json, string name, IJsonBody? value)
    {
        if (value is not null)
        {
            json.WriteStartObject(name);
            value.Write(json);
            json.WriteEndObject();
        }
    }

    public static void Array(this Utf8JsonWriter json, string name, IEnumerable<IJsonBody> values)
    {
        if (!values.Any())
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (IJsonBody value in values)
        {
            json.WriteStartObject();
            value.Write(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static T ReadBody<T>(this Response response, Func<JsonElement, T> read)
    {
        using JsonDocument body = JsonDocument.Parse(response.Content);
        return read(body.RootElement);
    }

    public static string? Text(this JsonElement json, string name) => Property(json, name, JsonValueKind.String)?.GetString();

    public static DateTimeOffset? Time(this JsonElement json, string name) => Property(json, name, JsonValueKind.String)?.GetDateTimeOffset();

    public static int? Number(this JsonElement json, string name) => Property(json, name, JsonValueKind.Number)?.GetInt32();

    public static JsonElement? Object(this JsonElement json, string name) => Property(json, name, JsonValueKind.Object);

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        Property(json, name, JsonValueKind.Array) is { } items ? items.EnumerateArray() : [];

    private static JsonElement? Property(JsonElement json, string name, JsonValueKind kind) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : null;
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>
/// The request models of the service (models.txt): checks a body and brings it into the form the emulator keeps,
/// with enum values in the lower case that 2025-06-01 writes.
/// </summary>
internal sealed class ModelSchema
{
    private readonly Dictionary<string, Dictionary<string, Property>> models = [];

    private ModelSchema(TextReader text)
    {
        Dictionary<string, Property>? model = null;
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] != ' ')
            {
                models.Add(line.Trim(), model = new(StringComparer.Ordinal));
                continue;
            }

            var parts = line.Trim().Split(' ', 2);
            var name = parts[0].TrimEnd('!');
            model![name] = new Property(name, parts[0].EndsWith('!'), parts[1]);
        }
    }

    /// <summary>The schema of the versions spoken.</summary>
    public static ModelSchema Current { get; } = Load();

    /// <summary>The body as the named model.</summary>
    /// <exception cref="BatchException">A property is unknown, missing or of the wrong form; the error names it.</exception>
    public JsonObject Read(string model, JsonNode? body) =>
        body is JsonObject source ? ReadObject(model, source, "") : throw BatchErrors.InvalidBody($"A JSON object ({model}) is expected.");

    private static ModelSchema Load()
    {
        using var stream = typeof(ModelSchema).Assembly.GetManifestResourceStream("models.txt")!;
        using var reader = new StreamReader(stream);
        return new ModelSchema(reader);
    }

    private JsonObject ReadObject(string model, JsonObject source, string path)
    {
        var properties = models[model];
        var result = new JsonObject();
        foreach (var (name, value) in source)
        {
            if (name.StartsWith("odata.", StringComparison.Ordinal) || value is null)
            {
                continue;
            }

            if (!properties.TryGetValue(name, out var property))
            {
                throw BatchErrors.InvalidBody($"The property '{path}{name}' does not exist on type '{model}'.");
            }

            result[name] = ReadValue(property.Type, value, path + name);
        }

        foreach (var property in properties.Values)
        {
            if (property.Required && !result.ContainsKey(property.Name))
            {
                throw BatchErrors.MissingProperty(path + property.Name);
            }
        }

        return result;
    }

    private JsonNode ReadValue(string type, JsonNode value, string path)
    {
        switch (type)
        {
            case "any":
                return value.DeepClone();
            case "map":
                return value is JsonObject ? value.DeepClone() : throw Wrong("an object");
            case "string":
                return value.GetValueKind() == JsonValueKind.String ? value.DeepClone() : throw Wrong("a string");
            case "bool":
                return value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.DeepClone() : throw Wrong("true or false");
            case "int":
                return value is JsonValue number && value.GetValueKind() == JsonValueKind.Number && number.TryGetValue(out int integer)
                    ? JsonValue.Create(integer)
                    : throw Wrong("a 32-bit integer");
            case "time":
                return value.GetValueKind() == JsonValueKind.String
                    && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? JsonValue.Create(Iso8601.Time(time))
                    : throw Wrong("an ISO 8601 time");
            case "duration":
                return value.GetValueKind() == JsonValueKind.String && Iso8601.TryDuration(value.GetValue<string>(), out _)
                    ? value.DeepClone()
                    : throw Wrong("an ISO 8601 duration such as PT15M");
        }

        if (type[0] == '{')
        {
            var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
            var match = Array.Find(type[1..^1].Split('|'), v => string.Equals(v, text, StringComparison.OrdinalIgnoreCase));
            return match is null ? throw Wrong("one of " + type[1..^1].Replace("|", ", ", StringComparison.Ordinal)) : JsonValue.Create(match);
        }

        if (type[0] == '[')
        {
            var items = value as JsonArray ?? throw Wrong("an array");
            var item = type[1..^1];
            return new JsonArray([.. items.Select((x, i) => x is null ? throw Wrong("without null items") : ReadValue(item, x, $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]"))]);
        }

        return ReadObject(type, value as JsonObject ?? throw Wrong("an object"), path + ".");

        BatchException Wrong(string expected) => BatchErrors.InvalidProperty(path, value.ToJsonString().Trim('"'), $"The value must be {expected}.");
    }

    private sealed record Property(string Name, bool Required, string Type);
}

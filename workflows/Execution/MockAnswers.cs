using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMl.Workflows.Execution;

/// <summary>
/// Compares the mock of a task with what the task's service answers. <c>mock-answers.json</c> holds a JSON schema for each operation, made from
/// AWS's public descriptions of its services; a resource that it does not name can answer anything.
/// </summary>
internal static class MockAnswers
{
    private const string Prefix = "arn:aws:states:::";

    private static readonly Lazy<JsonObject> Schemas = new(Read);

    /// <summary>The first field of a mock that does not fit, as AWS says it; null where all fit.</summary>
    /// <param name="resource">The task's resource.</param>
    /// <param name="mock">What it is said to answer.</param>
    /// <param name="mode">STRICT: what is required must be there; PRESENT: only what is there is compared; NONE: nothing is.</param>
    public static string? MistakeIn(string? resource, JsonNode? mock, string mode)
    {
        if (mode == "NONE" || resource is null || SchemaOf(resource) is not { } schema)
        {
            return null;
        }

        var mistake = MistakeIn(schema, mock, null, mode == "STRICT");
        return mistake is null ? null : $"Mock result schema validation error: {mistake}";
    }

    private static JsonNode? SchemaOf(string resource)
    {
        // A resource that waits for the end of a job answers what the job came to, which is another shape.
        var operation = resource.StartsWith(Prefix, StringComparison.Ordinal) ? resource[Prefix.Length..] : resource;
        return Schemas.Value[operation.StartsWith("aws-sdk:", StringComparison.Ordinal) ? operation["aws-sdk:".Length..] : operation];
    }

    private static string? MistakeIn(JsonNode schema, JsonNode? value, string? field, bool isStrict)
    {
        var (fits, expected) = ((string?)schema["type"], value) switch
        {
            ("object", JsonObject) or ("array", JsonArray) => (true, ""),
            ("object", _) => (false, "an object"),
            ("array", _) => (false, "an array"),
            ("string", _) => (KindOf(value) == JsonValueKind.String, "a string"),
            ("number", _) => (KindOf(value) == JsonValueKind.Number, "a number"),
            ("boolean", _) => (KindOf(value) is JsonValueKind.True or JsonValueKind.False, "a boolean"),
            _ => (true, ""),
        };
        if (!fits)
        {
            return field is null ? $"Mock result must be {expected}" : $"Field '{field}' must be {expected}";
        }

        return value switch
        {
            JsonObject fields => MistakeIn(schema, fields, isStrict),
            JsonArray items when schema["items"] is { } each => items.Select(item => MistakeIn(each, item, field, isStrict)).FirstOrDefault(mistake => mistake is not null),
            _ when KindOf(value) == JsonValueKind.Number => OutOfRange(schema, value!.GetValue<double>(), field),
            _ => null,
        };
    }

    private static string? MistakeIn(JsonNode schema, JsonObject fields, bool isStrict)
    {
        if (isStrict && schema["required"] is JsonArray required && required.Select(name => (string)name!).FirstOrDefault(name => !fields.ContainsKey(name)) is { } missing)
        {
            return $"Field '{missing}' is required but was missing";
        }

        // What the description does not know may be newer than it.
        return fields
            .Select(pair => schema["properties"]?[pair.Key] is { } part ? MistakeIn(part, pair.Value, pair.Key, isStrict) : null)
            .FirstOrDefault(mistake => mistake is not null);
    }

    private static string? OutOfRange(JsonNode schema, double number, string? field)
    {
        if (number < (double?)schema["minimum"])
        {
            return $"Field '{field}' is less than the minimum value";
        }

        return number > (double?)schema["maximum"] ? $"Field '{field}' exceeds the maximum value" : null;
    }

    private static JsonValueKind KindOf(JsonNode? value) => value?.GetValueKind() ?? JsonValueKind.Null;

    private static JsonObject Read()
    {
        using var stream = typeof(MockAnswers).Assembly.GetManifestResourceStream("mock-answers.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}

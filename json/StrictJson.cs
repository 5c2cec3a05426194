using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DurableMl.Json;

/// <summary>One thing that is wrong with a document.</summary>
/// <param name="Path">Where, as a JSON path.</param>
/// <param name="Reason">Why.</param>
public sealed record JsonProblem(string Path, string Reason);

/// <summary>A document that a caller sent cannot be used.</summary>
public sealed class InvalidDocumentException(string message, IReadOnlyList<JsonProblem> problems) : Exception(message)
{
    /// <summary>Everything that is wrong with it.</summary>
    public IReadOnlyList<JsonProblem> Problems => problems;
}

/// <summary>
/// Reads documents that people write. What a document's type does not have is refused with its path and the name that was meant, and so are
/// members that are missing, given twice, or of another kind; a serializer alone would take a misspelt member for one left out.
/// </summary>
public static class StrictJson
{
    private const int MaxProblems = 100;

    /// <summary>Reads a document.</summary>
    /// <param name="json">The document, UTF-8.</param>
    /// <param name="options">How its type is written.</param>
    /// <param name="problems">Everything that is wrong with it, 100 at most; nothing exactly if it could be read.</param>
    /// <returns>What it says; null when something is wrong with it.</returns>
    public static T? Read<T>(ReadOnlyMemory<byte> json, JsonSerializerOptions options, out IReadOnlyList<JsonProblem> problems)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read<T>(document.RootElement, "$", options, out problems);
        }
        catch (JsonException e)
        {
            problems = [Unreadable(e)];
            return null;
        }
    }

    /// <summary>Reads a part of a document.</summary>
    /// <param name="json">The part.</param>
    /// <param name="path">Where in the document it stands, as a JSON path.</param>
    /// <param name="options">How its type is written.</param>
    /// <param name="problems">Everything that is wrong with it, 100 at most; nothing exactly if it could be read.</param>
    /// <returns>What it says; null when something is wrong with it.</returns>
    public static T? Read<T>(JsonElement json, string path, JsonSerializerOptions options, out IReadOnlyList<JsonProblem> problems)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        var found = new List<JsonProblem>();
        problems = found;
        try
        {
            options.MakeReadOnly(populateMissingResolver: true);
            Check(json, options.GetTypeInfo(typeof(T)), path, found);
            return found.Count == 0 ? json.Deserialize<T>(options) : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            found.Add(Unreadable(e));
            return null;
        }
    }

    private static JsonProblem Unreadable(Exception exception)
    {
        if (exception is JsonException { Path: { Length: > 1 } path })
        {
            return new(path, "cannot be used: it is not of the kind that belongs here");
        }

        string where = exception is JsonException { LineNumber: { } line, BytePositionInLine: { } position }
            ? string.Create(CultureInfo.InvariantCulture, $"at line {line + 1}, byte {position + 1}")
            : "as a whole";
        return new("$", $"is not JSON {where}");
    }

    private static void Check(JsonElement element, JsonTypeInfo type, string path, List<JsonProblem> found)
    {
        if (found.Count >= MaxProblems)
        {
            return;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(element, type, path, found);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                JsonTypeInfo item = type.Options.GetTypeInfo(type.ElementType!);
                int index = 0;
                foreach (JsonElement each in element.EnumerateArray())
                {
                    Check(each, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), found);
                }

                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind == JsonValueKind.Object:
                JsonTypeInfo value = type.Options.GetTypeInfo(type.ElementType!);
                var keys = new HashSet<string>(StringComparer.Ordinal);
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    string where = NearestName.Path(path, member.Name);
                    if (!keys.Add(member.Name))
                    {
                        found.Add(new(where, "is given twice"));
                    }

                    Check(member.Value, value, where, found);
                }

                break;
            case JsonTypeInfoKind.Enumerable:
                found.Add(new(path, $"must be an array, not {Kind(element)}"));
                break;
            case JsonTypeInfoKind.Dictionary:
                found.Add(new(path, $"must be an object, not {Kind(element)}"));
                break;
            default:
                CheckScalar(element, type.Type, path, found);
                break;
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo type, string path, List<JsonProblem> found)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            found.Add(new(path, $"must be an object, not {Kind(element)}"));
            return;
        }

        string? discriminator = type.PolymorphismOptions?.TypeDiscriminatorPropertyName;
        if (type.PolymorphismOptions is { } polymorphism)
        {
            if (Derived(element, polymorphism, path, found) is not { } derived)
            {
                return;
            }

            type = type.Options.GetTypeInfo(derived);
        }

        CheckMembers(element, type, discriminator, path, found);
    }

    private static void CheckMembers(JsonElement element, JsonTypeInfo type, string? discriminator, string path, List<JsonProblem> found)
    {
        StringComparer comparer = type.Options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var members = type.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null).ToDictionary(property => property.Name, comparer);
        var seen = new HashSet<string>(comparer);
        foreach (JsonProperty given in element.EnumerateObject())
        {
            string where = NearestName.Path(path, given.Name);
            if (given.Name == discriminator)
            {
                continue;
            }

            if (!members.TryGetValue(given.Name, out JsonPropertyInfo? member))
            {
                found.Add(new(where, NearestName.Refusal(given.Name, discriminator is null ? members.Keys : [discriminator, .. members.Keys])));
            }
            else if (!seen.Add(given.Name))
            {
                found.Add(new(where, "is given twice"));
            }
            else if (given.Value.ValueKind != JsonValueKind.Null)
            {
                Check(given.Value, type.Options.GetTypeInfo(member.PropertyType), where, found);
            }
            else if (!MayBeNull(member))
            {
                found.Add(new(where, "must not be null; leave it out or give it a value"));
            }
        }

        foreach (JsonPropertyInfo missing in members.Values.Where(member => IsRequired(member) && !seen.Contains(member.Name)))
        {
            found.Add(new(NearestName.Path(path, missing.Name), "is required"));
        }
    }

    private static Type? Derived(JsonElement element, JsonPolymorphismOptions polymorphism, string path, List<JsonProblem> found)
    {
        string where = NearestName.Path(path, polymorphism.TypeDiscriminatorPropertyName);
        string[] names = [.. polymorphism.DerivedTypes.Select(derived => derived.TypeDiscriminator as string).OfType<string>()];
        if (!element.TryGetProperty(polymorphism.TypeDiscriminatorPropertyName, out JsonElement value))
        {
            found.Add(new(where, $"is required: one of {string.Join(", ", names)}"));
            return null;
        }

        string? name = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (name is not null && polymorphism.DerivedTypes.FirstOrDefault(derived => derived.TypeDiscriminator as string == name) is { DerivedType: { } type })
        {
            return type;
        }

        found.Add(new(where, NearestName.Of(name ?? "", names) is { } meant ? $"must be one of {string.Join(", ", names)}; did you mean '{meant}'?" : $"must be one of {string.Join(", ", names)}"));
        return null;
    }

    private static void CheckScalar(JsonElement element, Type declared, string path, List<JsonProblem> found)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsEnum)
        {
            CheckEnum(element, type, path, found);
            return;
        }

        (bool holds, string wanted) = Type.GetTypeCode(type) switch
        {
            TypeCode.String => (element.ValueKind == JsonValueKind.String, "a string"),
            TypeCode.Boolean => (element.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false"),
            TypeCode.Int32 => (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _), "a whole number up to 2147483647"),
            TypeCode.Int64 => (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out _), "a whole number"),
            TypeCode.Single or TypeCode.Double or TypeCode.Decimal => (element.ValueKind == JsonValueKind.Number, "a number"),
            _ => (true, ""),
        };
        if (!holds)
        {
            found.Add(new(path, $"must be {wanted}, not {Kind(element)}"));
        }
    }

    private static void CheckEnum(JsonElement element, Type type, string path, List<JsonProblem> found)
    {
        string[] names = Array.ConvertAll(Enum.GetNames(type), JsonNamingPolicy.CamelCase.ConvertName);
        if (element.ValueKind != JsonValueKind.String || !names.Contains(element.GetString(), StringComparer.OrdinalIgnoreCase))
        {
            found.Add(new(path, $"must be one of {string.Join(", ", names)}"));
        }
    }

    // A nullable reference is nullable to whoever sets it; RespectNullableAnnotations says whether that counts.
    private static bool MayBeNull(JsonPropertyInfo member) =>
        (!member.PropertyType.IsValueType || Nullable.GetUnderlyingType(member.PropertyType) is not null)
        && (!member.Options.RespectNullableAnnotations || (member.IsSetNullable && member.AssociatedParameter is not { IsNullable: false }));

    private static bool IsRequired(JsonPropertyInfo member) =>
        member.IsRequired || (member.Options.RespectRequiredConstructorParameters && member.AssociatedParameter is { HasDefaultValue: false });

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "this number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}

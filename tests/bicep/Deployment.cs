using System.Text.Json;

namespace Bicep.Tests;

/// <summary>What a deployment would make.</summary>
/// <param name="snapshot">What the compiler predicts.</param>
public sealed class Deployment(JsonElement snapshot)
{
    /// <summary>Every resource.</summary>
    public IReadOnlyList<Resource> Resources { get; } = [.. snapshot.GetProperty("predictedResources").EnumerateArray().Select(json => new Resource(json))];

    /// <summary>The resources of a type.</summary>
    public IEnumerable<Resource> Of(string type) => Resources.Where(resource => string.Equals(resource.Type, type, StringComparison.OrdinalIgnoreCase));

    /// <summary>The names of the settings of the Functions app.</summary>
    public IReadOnlyList<string> AppSettings =>
        [.. Of("Microsoft.Web/sites/config").Single(config => config.Name.EndsWith("/appsettings", StringComparison.Ordinal)).Properties.EnumerateObject().Select(setting => setting.Name)];
}

/// <summary>A resource that a deployment would make.</summary>
/// <param name="json">As the compiler predicts it.</param>
public sealed class Resource(JsonElement json)
{
    /// <summary>The resource.</summary>
    public JsonElement Json { get; } = json;

    /// <summary>Its type, such as <c>Microsoft.Storage/storageAccounts</c>.</summary>
    public string Type { get; } = json.GetProperty("type").GetString()!;

    /// <summary>Its name, with those of its parents before it.</summary>
    public string Name { get; } = json.GetProperty("name").GetString()!;

    /// <summary>Its own name.</summary>
    public string OwnName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>Its id; for a role assignment it begins with the scope.</summary>
    public string Id { get; } = json.GetProperty("id").GetString()!;

    /// <summary>Its properties; an empty object where it has none.</summary>
    public JsonElement Properties => Json.TryGetProperty("properties", out JsonElement properties) ? properties : JsonElement.Parse("{}");

    /// <summary>A property by its path; null where there is none.</summary>
    public JsonElement? Property(params ReadOnlySpan<string> path)
    {
        JsonElement value = Properties;
        foreach (string name in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type} {Name}";
}

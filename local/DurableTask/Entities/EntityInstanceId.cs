using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.DurableTask.Entities;

/// <summary>The id of an entity: its name (always lower case) and its key.</summary>
[JsonConverter(typeof(EntityInstanceIdJsonConverter))]
public readonly struct EntityInstanceId : IEquatable<EntityInstanceId>
{
    /// <summary>Initializes an id.</summary>
    /// <exception cref="ArgumentException">The name is empty or contains <c>@</c>, or the key is missing.</exception>
    public EntityInstanceId(string name, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(key);
        if (name.Contains('@', StringComparison.Ordinal))
        {
            throw new ArgumentException("entity names may not contain `@` characters.", nameof(name));
        }

        Name = name.ToLowerInvariant();
        Key = key;
    }

    /// <summary>The entity's name, in lower case.</summary>
    public string Name { get; }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(EntityInstanceId left, EntityInstanceId right) => !left.Equals(right);

    /// <summary>Whether two ids are equal.</summary>
    public static bool operator ==(EntityInstanceId left, EntityInstanceId right) => left.Equals(right);

    /// <summary>Reads an id written as <c>@name@key</c>.</summary>
    /// <exception cref="ArgumentException">The text is not an entity id.</exception>
    public static EntityInstanceId FromString(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        int second = instanceId[0] == '@' ? instanceId.IndexOf('@', 1) : -1;
        return second > 1
            ? new EntityInstanceId(instanceId[1..second], instanceId[(second + 1)..])
            : throw new ArgumentException($"Instance ID '{instanceId}' is not a valid entity ID.", nameof(instanceId));
    }

    /// <summary>The id as <c>@name@key</c>.</summary>
    public override string ToString() => $"@{Name}@{Key}";

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Key);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EntityInstanceId other && Equals(other);

    /// <inheritdoc/>
    public bool Equals(EntityInstanceId other) =>
        string.Equals(Name, other.Name, StringComparison.Ordinal) && string.Equals(Key, other.Key, StringComparison.Ordinal);

    internal static bool IsEntity(string instanceId) => instanceId.StartsWith('@');

    sealed class EntityInstanceIdJsonConverter : JsonConverter<EntityInstanceId>
    {
        public override EntityInstanceId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                return FromString(reader.GetString()!);
            }

            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            return new EntityInstanceId(Property(root, "name"), Property(root, "key"));
        }

        public override void Write(Utf8JsonWriter writer, EntityInstanceId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());

        static string Property(JsonElement root, string name) => root.EnumerateObject()
            .FirstOrDefault(property => string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)).Value.GetString()!;
    }
}

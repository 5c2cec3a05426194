#nullable enable
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>
/// How models are written and read: the property names in camel case unless an attribute says otherwise, nothing for what is not set,
/// durations as ISO 8601, long integers also from strings.
/// </summary>
internal static class BatchJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Converters =
        {
            new DurationConverter(),
            new TimeConverter(),
            new UriConverter(),
            new ETagConverter(),
            new IPAddressConverter(),
            new ResourceIdentifierConverter(),
        },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { UseNonPublicMembers } },
    };

    public static T Read<T>(BinaryData content) =>
        JsonSerializer.Deserialize<T>(content, Options)
        ?? throw new JsonException($"The service answered null where a {typeof(T).Name} was due.");

    public static RequestContent Content(object model) => RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(model, model.GetType(), Options));

    /// <summary>Models are made by their non-public constructor and filled through setters that users do not see.</summary>
    private static void UseNonPublicMembers(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.Assembly != typeof(BatchJson).Assembly)
        {
            return;
        }

        ConstructorInfo? constructor = type.Type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);
        type.CreateObject = constructor is null ? null : () => constructor.Invoke(null);
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.AttributeProvider is not PropertyInfo member)
            {
                continue;
            }

            if (member.SetMethod is not null)
            {
                // A list that the service sends as null stays the empty list it was.
                property.Set = (model, value) =>
                {
                    if (value is not null)
                    {
                        member.SetValue(model, value);
                    }
                };
            }

            if (property.ShouldSerialize is { } shouldSerialize)
            {
                property.ShouldSerialize = (model, value) => value is not IUnsetList { IsUnset: true } && shouldSerialize(model, value);
            }
            else
            {
                property.ShouldSerialize = static (_, value) => value is not null and not IUnsetList { IsUnset: true };
            }
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMl.Registry;

/// <summary>How the registry writes JSON: camelCase, enum names in camelCase, indented for people who open the blob.</summary>
public static class RegistryJson
{
    /// <summary>The options; they cannot be changed any more once they were used.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}

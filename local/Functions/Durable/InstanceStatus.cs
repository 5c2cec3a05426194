using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;

namespace DurableMl.Local.Functions.Durable;

/// <summary>The status of an instance as the management API gives it.</summary>
internal sealed class InstanceStatus
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("instanceId")]
    public required string InstanceId { get; init; }

    [JsonPropertyName("runtimeStatus")]
    public required string RuntimeStatus { get; init; }

    [JsonPropertyName("input")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonNode? Input { get; init; }

    [JsonPropertyName("customStatus")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonNode? CustomStatus { get; init; }

    [JsonPropertyName("output")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonNode? Output { get; init; }

    [JsonPropertyName("createdTime")]
    public required string CreatedTime { get; init; }

    [JsonPropertyName("lastUpdatedTime")]
    public required string LastUpdatedTime { get; init; }

    [JsonPropertyName("historyEvents")]
    public JsonArray? HistoryEvents { get; init; }

    public static InstanceStatus From(OrchestrationMetadata metadata, bool showInput, JsonArray? history) =>
        new()
        {
            Name = metadata.Name,
            InstanceId = metadata.InstanceId,
            RuntimeStatus = metadata.RuntimeStatus.ToString(),
            Input = showInput ? ManagementJson.Parse(metadata.SerializedInput) : null,
            CustomStatus = ManagementJson.Parse(metadata.SerializedCustomStatus),
            Output =
                metadata.SerializedOutput is null && metadata.FailureDetails is { } failure
                    ? JsonValue.Create(failure.ErrorMessage)
                    : ManagementJson.Parse(metadata.SerializedOutput),
            CreatedTime = Time(metadata.CreatedAt),
            LastUpdatedTime = Time(metadata.LastUpdatedAt),
            HistoryEvents = history,
        };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Runs;

/// <summary>How a run ended, when it did not fail.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    /// <summary>The model is in the registry.</summary>
    [JsonStringEnumMemberName("published")]
    Published,

    /// <summary>The model was not good enough, or a person said no.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>Somebody stopped it.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>Something went wrong. Only in reports: the orchestration itself fails.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

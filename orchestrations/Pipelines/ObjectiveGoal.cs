using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>The direction in which an objective improves.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ObjectiveGoal>))]
public enum ObjectiveGoal
{
    /// <summary>More is better, as with accuracy.</summary>
    [JsonStringEnumMemberName("maximize")]
    Maximize,

    /// <summary>Less is better, as with loss.</summary>
    [JsonStringEnumMemberName("minimize")]
    Minimize,
}

using System.Text.Json.Serialization;

namespace DurableMl.BatchJobs.Catalog;

/// <summary>What a job needs of a GPU.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GpuRequirement>))]
public enum GpuRequirement
{
    /// <summary>It does not use one.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>It uses one where there is one.</summary>
    [JsonStringEnumMemberName("optional")]
    Optional,

    /// <summary>It does not run without one.</summary>
    [JsonStringEnumMemberName("required")]
    Required,
}

using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>How a hyperparameter is drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParameterKind>))]
public enum ParameterKind
{
    /// <summary>A real number, every value in [min, max) as likely.</summary>
    [JsonStringEnumMemberName("uniform")]
    Uniform,

    /// <summary>A real number whose logarithm is uniform between those of min and max.</summary>
    [JsonStringEnumMemberName("logUniform")]
    LogUniform,

    /// <summary>An integer in [min, max], both included.</summary>
    [JsonStringEnumMemberName("int")]
    Int,

    /// <summary>One of the values, all as likely.</summary>
    [JsonStringEnumMemberName("choice")]
    Choice,

    /// <summary>Always the one value.</summary>
    [JsonStringEnumMemberName("fixed")]
    Fixed,
}

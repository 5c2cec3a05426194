using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>How a hyperparameter is drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParameterKind>))]
public enum ParameterKind
{
    /// <summary>A real number, every value in [min, max] as likely.</summary>
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

    /// <summary>One of min, min + step, … max, all as likely.</summary>
    [JsonStringEnumMemberName("quantized")]
    Quantized,
}

/// <summary>One dimension of the parameter space.</summary>
/// <param name="Type">How it is drawn.</param>
/// <param name="Min">The lower bound of <c>uniform</c>, <c>logUniform</c>, <c>int</c> and <c>quantized</c>.</param>
/// <param name="Max">The upper bound of the same.</param>
/// <param name="Values">What <c>choice</c> chooses from; the one value of <c>fixed</c>. Numbers, strings and booleans.</param>
public sealed record ParameterDefinition(ParameterKind Type, double Min, double Max, IReadOnlyList<JsonElement> Values)
{
    /// <summary>Whether an <c>int</c> is drawn so that its logarithm is uniform; Min is 1 or more then.</summary>
    public bool Log { get; init; }

    /// <summary>What lies between two values of <c>quantized</c>, above 0; 0 for any other type.</summary>
    public double Step { get; init; }

    /// <summary>
    /// The parameter is there only in trials in which each of these others has one of the values beside its name; null: in all. A parameter
    /// that is itself not there has no value.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? When { get; init; }
}

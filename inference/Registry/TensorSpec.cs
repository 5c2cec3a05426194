using System.Text.Json.Serialization;

namespace DurableMl.Inference.Registry;

/// <summary>A model's input or output, in the Open Inference Protocol's words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its type, such as <c>FP32</c>.</param>
/// <param name="Shape">Its shape; -1 where any size will do.</param>
public sealed record TensorSpec(string Name, string Datatype, IReadOnlyList<long> Shape)
{
    /// <summary>What an output means for each row of input; null for inputs, and for outputs whose type and shape do not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OutputRole? Role { get; init; }
}

/// <summary>What an output says of each row of input.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputRole>))]
public enum OutputRole
{
    /// <summary>One floating-point number: the result of a regression.</summary>
    [JsonStringEnumMemberName("value")]
    Value,

    /// <summary>One whole number, text or boolean: the class.</summary>
    [JsonStringEnumMemberName("label")]
    Label,

    /// <summary>A floating-point number for each class, probabilities or logits: a row of a matrix, or a map from classes to numbers.</summary>
    [JsonStringEnumMemberName("scores")]
    Scores,
}

using System.Text.Json.Serialization;

namespace DurableMl.Cli.Inference;

/// <summary>An input or output of a model, in the Open Inference Protocol's words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">For example <c>FP32</c>.</param>
/// <param name="Shape">Its dimensions; -1 for any.</param>
internal sealed record ModelTensor(string Name, [property: JsonPropertyName("datatype")] string DataType, IReadOnlyList<long> Shape);

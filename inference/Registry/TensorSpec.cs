namespace DurableMl.Inference.Registry;

/// <summary>A model's input or output, in the Open Inference Protocol's words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its type, such as <c>FP32</c>.</param>
/// <param name="Shape">Its shape; -1 where any size will do.</param>
public sealed record TensorSpec(string Name, string Datatype, IReadOnlyList<long> Shape);

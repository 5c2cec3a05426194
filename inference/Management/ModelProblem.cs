namespace DurableMl.Inference.Management;

/// <summary>One thing that is wrong with a request's body.</summary>
/// <param name="Path">Where, as a JSON path.</param>
/// <param name="Reason">Why.</param>
public sealed record ModelProblem(string Path, string Reason);

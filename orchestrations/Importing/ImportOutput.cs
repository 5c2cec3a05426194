namespace DurableMl.Orchestrations.Importing;

/// <summary>What an import came to.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version it was published as.</param>
/// <param name="LargestDifference">The largest absolute difference between the original's answer and ONNX Runtime's.</param>
public sealed record ImportOutput(string Model, string Version, double LargestDifference);

namespace DurableMl.Cli.Inference;

/// <summary>A model's first output.</summary>
/// <param name="ModelVersion">The version that made it.</param>
/// <param name="Values">Its values, row by row.</param>
internal sealed record InferenceResult(string? ModelVersion, float[] Values);

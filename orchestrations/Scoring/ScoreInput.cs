namespace DurableMl.Orchestrations.Scoring;

/// <summary>What <see cref="ScoreOrchestrator"/> works on.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Input">Where the shards are.</param>
/// <param name="Output">Where the predictions go.</param>
/// <param name="Format">How they are written.</param>
/// <param name="Batch">Examples per run of the model.</param>
/// <param name="Parallelism">Shards at a time.</param>
/// <param name="Progress">What earlier executions of the orchestration came to.</param>
public sealed record ScoreInput(
    string Model, string Version, BlobPrefix Input, BlobPrefix Output, ScoreFormat Format, int Batch, int Parallelism, ScoreProgress? Progress = null)
{
    /// <summary>The model's output to write; null to choose by what its outputs are.</summary>
    public string? Prediction { get; init; }
}

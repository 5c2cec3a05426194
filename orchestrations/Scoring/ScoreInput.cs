using System.Text.Json.Serialization;
using DurableMl.Inference.Columns;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>What <see cref="ScoreOrchestrator"/> works on.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Input">Where the shards, tables or images are.</param>
/// <param name="Output">Where the predictions go.</param>
/// <param name="Format">How they are written; null: as suits what is scored.</param>
/// <param name="Batch">Examples per run of the model.</param>
/// <param name="Parallelism">Shards, tables or packs of images at a time.</param>
/// <param name="Progress">What earlier executions of the orchestration came to.</param>
public sealed record ScoreInput(
    string Model, string Version, BlobPrefix Input, BlobPrefix Output, ScoreFormat? Format, int Batch, int Parallelism, ScoreProgress? Progress = null)
{
    /// <summary>The model's output to write; null to choose by what its outputs are.</summary>
    public string? Prediction { get; init; }

    /// <summary>Rows and files that may be left out because they cannot be scored.</summary>
    public int MaxFailedItems { get; init; }

    /// <summary>The probability from which on a label is answered, where there are several; null for a half.</summary>
    public double? Threshold { get; init; }

    /// <summary>How rows are scored.</summary>
    [JsonIgnore]
    internal ScoreOptions Options => new(Batch, Threshold);

    /// <summary>What the version takes and gives in the raw data's words; null where it takes arrays alone.</summary>
    /// <exception cref="PermanentFailureException">The version cannot be used.</exception>
    internal async Task<ModelSignature?> SignatureAsync(BatchScorer scorer, CancellationToken cancellationToken)
    {
        try
        {
            return await scorer.SignatureAsync(Model, Version, cancellationToken);
        }
        catch (Exception e) when (e is InvalidModelException or ModelNotFoundException)
        {
            throw new PermanentFailureException(e.Message, e);
        }
    }
}

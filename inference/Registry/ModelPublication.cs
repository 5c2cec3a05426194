namespace DurableMl.Inference.Registry;

/// <summary>What to publish as a new version of a model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Lineage">What it came from; <see cref="ModelLineage.Run"/> and <see cref="ModelLineage.Trial"/> identify the publication.</param>
/// <param name="Files">The files, the entry among them.</param>
public sealed record ModelPublication(string Model, ModelLineage Lineage, IReadOnlyList<ModelSource> Files)
{
    /// <summary>The file to load.</summary>
    public string Entry { get; init; } = "model.onnx";

    /// <summary>Metrics measured before publication, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The model's inputs, as <see cref="Sessions.ModelSession.Inputs"/> gives them.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>The model's outputs, as <see cref="Sessions.ModelSession.Outputs"/> gives them.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>One of <see cref="Files"/>: an Open Inference Protocol request that warms the model up.</summary>
    public string? Sample { get; init; }

    /// <summary>What <see cref="Batching.RowCheck"/> found; without it, rows of different callers never share a run.</summary>
    public BatchingEvidence? Batching { get; init; }

    /// <summary>How to serve it; null for the defaults.</summary>
    public ServingOptions? Serving { get; init; }
}

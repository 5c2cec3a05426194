namespace DurableMl.Inference.Registry;

/// <summary>A published version of a model: the content of its <c>model.json</c>.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">The version: a whole number.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="Files">Every file, with its hash and size.</param>
/// <param name="Entry">The file to load, one of <paramref name="Files"/>.</param>
public sealed record ModelManifest(string Model, string Version, DateTimeOffset CreatedAt, IReadOnlyList<ModelFile> Files, string Entry)
{
    /// <summary>Metrics measured before publication, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What the version came from.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>The inputs it takes, if they were recorded.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>The outputs it gives, if they were recorded.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>One of <see cref="Files"/>: an Open Inference Protocol request in JSON that warms the model up.</summary>
    public string? Sample { get; init; }

    /// <summary>Whether rows of different callers may share a run; null where publishing did not try.</summary>
    public BatchingEvidence? Batching { get; init; }

    /// <summary>How the version is to be served; null for the defaults.</summary>
    public ServingOptions? Serving { get; init; }
}

using System.Text.Json.Serialization;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What a run does, from a dataset to a published model. Read from JSON by <see cref="PipelineReader"/>.</summary>
/// <param name="Name">The pipeline's name.</param>
/// <param name="Dataset">The data and how it is split.</param>
/// <param name="Sweep">The trials that train on it.</param>
/// <param name="Evaluate">What the best trial must reach on the test split.</param>
/// <param name="Approve">Who has to agree before publishing; null publishes without asking.</param>
/// <param name="Publish">Where the model goes.</param>
public sealed record PipelineDefinition(
    string Name,
    DatasetDefinition Dataset,
    SweepDefinition Sweep,
    EvaluationDefinition Evaluate,
    ApprovalDefinition? Approve,
    PublicationDefinition Publish);

/// <summary>Raw data and the dataset that is made of it.</summary>
/// <param name="Name">The dataset's name: the first folder in the <c>datasets</c> container.</param>
/// <param name="Format">The raw format: <c>array</c> for IDX and NumPy files (also called <c>idx</c>), <c>images</c> for image files, or <c>table</c> for tables of any format that <c>features/</c> reads.</param>
/// <param name="Sources">Where the raw data comes from, at least one.</param>
/// <param name="Shards">Training shards of arrays and images, at least 1. The other splits get shards of about the same number of source examples.</param>
/// <param name="ValidationFraction">For arrays and images: share of the training examples of every class that is kept for validation, above 0 and at most 0.5.</param>
/// <param name="Seed">Decides which examples those are, and the order within a shard.</param>
public sealed record DatasetDefinition(
    string Name, string Format, IReadOnlyList<DatasetSource> Sources, int Shards, double ValidationFraction, long Seed)
{
    /// <summary>What the raw data is called in messages.</summary>
    [JsonIgnore]
    public string Place => DatasetSource.PlaceOf(Sources);

    /// <summary>Jobs that make other files of the raw ones first, in order.</summary>
    public IReadOnlyList<PreprocessingStep> Steps { get; init; } = [];

    /// <summary>The most failed items that can be asked for: each is listed with its reason.</summary>
    public const int MostFailedItems = 1000;

    /// <summary>Files that may be unreadable and are left out, at most <see cref="MostFailedItems"/>.</summary>
    public int MaxFailedItems { get; init; }

    /// <summary>Share of the validation rows, and of the test rows, that may equal a training row, 0 to 1; null: any.</summary>
    public double? MaxLeakedFraction { get; init; }

    /// <summary>What its images become, where it is of image files.</summary>
    public ImagesDefinition? Images { get; init; }

    /// <summary>What its columns are for, where it is a table.</summary>
    public TableDefinition? Table { get; init; }
}

/// <summary>A person's word before publishing.</summary>
/// <param name="Deadline">How long the run waits for it.</param>
/// <param name="Default">What holds when nobody has answered by then: true publishes, false does not.</param>
public sealed record ApprovalDefinition(TimeSpan Deadline, bool Default);

/// <summary>Where the best model goes.</summary>
/// <param name="Model">The model's name in the registry.</param>
/// <param name="Alias">The alias that names the new version afterwards; null changes no alias.</param>
/// <param name="Serving">How the new version is served; null for the defaults.</param>
public sealed record PublicationDefinition(string Model, string? Alias, ServingOptions? Serving = null);

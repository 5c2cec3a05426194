using DurableMl.Features.Images;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary><c>manifest.json</c> of a dataset version. Its bytes, as stored, hash to the version; so the members' order is part of the format.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Name">The dataset's name.</param>
/// <param name="Splits">The splits <c>train</c>, <c>validation</c> and <c>test</c>, in that order.</param>
/// <param name="FeatureShape">The shape of one example.</param>
/// <param name="Classes">The number of classes; labels lie in [0, classes). 0 for a regression, whose labels are float32 values of its targets. Of several labels, which are float32 too: 1 for each that an example has.</param>
/// <param name="Normalisation">What was done to the numbers of arrays and images; null for tables, which have <see cref="Transform"/>.</param>
/// <param name="Split">How examples were divided.</param>
public sealed record DatasetManifest(
    string Format,
    string Name,
    IReadOnlyDictionary<string, DatasetSplit> Splits,
    IReadOnlyList<int> FeatureShape,
    int Classes,
    Normalisation? Normalisation,
    SplitSettings Split)
{
    /// <summary>The list of raw items that could not be read and were left out; null for none.</summary>
    public DatasetFile? FailedItems { get; init; }

    /// <summary>Rows that are in two splits.</summary>
    public DatasetLeakage? Leakage { get; init; }

    /// <summary>What is learned, for a table; null otherwise: a classification.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>What is predicted, for a table and for images.</summary>
    public IReadOnlyList<FittedTarget>? Targets { get; init; }

    /// <summary>The fitted transform, for a table and for images.</summary>
    public DatasetFile? Transform { get; init; }

    /// <summary>The table's columns, what they were taken for and why.</summary>
    public IReadOnlyList<ColumnFinding>? Columns { get; init; }

    /// <summary>Columns by whose values evaluation gives figures of their own; null for none.</summary>
    public IReadOnlyList<string>? Slices { get; init; }

    /// <summary>Rows of a table that were left out, having no target; null for none.</summary>
    public long? RowsWithoutTarget { get; init; }

    /// <summary>Where an example's numbers are places in a list of categories or words; null where none are.</summary>
    public IReadOnlyList<IndexSpan>? Indices { get; init; }

    /// <summary>This format's name.</summary>
    public const string CurrentFormat = "durableml-dataset/1";

    /// <summary>The manifest's file name.</summary>
    public const string File = "manifest.json";
}

/// <summary>A file of a dataset that is no shard.</summary>
/// <param name="File">Its name in the version's folder.</param>
/// <param name="Sha256">Its hash, in hexadecimal.</param>
public sealed record DatasetFile(string File, string Sha256);

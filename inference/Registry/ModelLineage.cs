using System.Text.Json;

namespace DurableMl.Inference.Registry;

/// <summary>What a model version came from.</summary>
/// <param name="Run">The run that made it. Together with <paramref name="Trial"/> it identifies a publication: publishing it again gives the same version.</param>
/// <param name="Trial">The trial of that run, if it had trials.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Parameters">The trial's hyperparameters.</param>
/// <param name="Code">Where the exact code lies, or its hash.</param>
/// <param name="Format">For an imported model: what the source was, such as <c>torchscript</c>.</param>
/// <param name="Files">For an imported model: the blobs it was made from, with their hashes.</param>
public sealed record ModelLineage(
    string Run,
    string? Trial = null,
    string? Dataset = null,
    string? DatasetVersion = null,
    IReadOnlyDictionary<string, JsonElement>? Parameters = null,
    string? Code = null,
    string? Format = null,
    IReadOnlyList<LineageFile>? Files = null);

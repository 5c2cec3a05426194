using DurableMl.Features.Images;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>What <see cref="MeasureBlock"/> and <see cref="WriteShards"/> work on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Seed">The dataset's seed.</param>
/// <param name="Raw">The raw files.</param>
/// <param name="Block">The range of examples.</param>
/// <param name="FeatureShape">The shape of one example.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Normalisation">What to do to features; null while it is still being measured.</param>
public sealed record BlockInput(
    string RunId,
    string Dataset,
    long Seed,
    RawPair Raw,
    DatasetBlock Block,
    IReadOnlyList<int> FeatureShape,
    int Classes,
    Normalisation? Normalisation);

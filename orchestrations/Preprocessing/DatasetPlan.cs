namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>How raw files become a dataset.</summary>
/// <param name="Fingerprint">SHA-256 over the raw files' identities and the settings, in hexadecimal.</param>
/// <param name="Existing">The dataset that the same inputs gave before; then there is nothing to do.</param>
/// <param name="Train">The training files, pair by pair.</param>
/// <param name="Test">The test files.</param>
/// <param name="FeatureShape">The shape of one example: channels, height, width.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Blocks">All blocks.</param>
public sealed record DatasetPlan(
    string Fingerprint,
    DatasetReference? Existing,
    IReadOnlyList<RawPair> Train,
    IReadOnlyList<RawPair> Test,
    IReadOnlyList<int> FeatureShape,
    int Classes,
    IReadOnlyList<DatasetBlock> Blocks)
{
    /// <summary>The list of what could not be read; null where all could.</summary>
    public DatasetFile? FailedItems { get; init; }
}

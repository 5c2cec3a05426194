namespace DurableMl.Orchestrations.Preprocessing;

/// <summary><c>manifest.json</c> of a dataset version. Its bytes, as stored, hash to the version; so the members' order is part of the format.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Name">The dataset's name.</param>
/// <param name="Splits">The splits <c>train</c>, <c>validation</c> and <c>test</c>, in that order.</param>
/// <param name="FeatureShape">The shape of one example.</param>
/// <param name="Classes">The number of classes; labels lie in [0, classes).</param>
/// <param name="Normalisation">What was done to the features.</param>
/// <param name="Split">How validation examples were chosen.</param>
public sealed record DatasetManifest(
    string Format,
    string Name,
    IReadOnlyDictionary<string, DatasetSplit> Splits,
    IReadOnlyList<int> FeatureShape,
    int Classes,
    Normalisation Normalisation,
    SplitSettings Split)
{
    /// <summary>This format's name.</summary>
    public const string CurrentFormat = "durableml-dataset/1";

    /// <summary>The manifest's file name.</summary>
    public const string File = "manifest.json";
}

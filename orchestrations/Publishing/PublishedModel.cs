namespace DurableMl.Orchestrations.Publishing;

/// <summary>A version in the model registry.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Aliases">The aliases that name it.</param>
public sealed record PublishedModel(string Model, string Version, IReadOnlyList<string> Aliases);

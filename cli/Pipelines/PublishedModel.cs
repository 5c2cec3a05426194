namespace DurableMl.Cli.Pipelines;

/// <summary>The model version that a run published.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Aliases">The aliases that point to it.</param>
internal sealed record PublishedModel(string Model, string Version, IReadOnlyList<string>? Aliases);

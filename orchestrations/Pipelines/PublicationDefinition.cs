namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Where the best model goes.</summary>
/// <param name="Model">The model's name in the registry.</param>
/// <param name="Alias">The alias that names the new version afterwards; null changes no alias.</param>
public sealed record PublicationDefinition(string Model, string? Alias);

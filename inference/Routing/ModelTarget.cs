namespace DurableMl.Inference.Routing;

/// <summary>A version that a route leads to.</summary>
/// <param name="Version">A version or an alias.</param>
/// <param name="Model">The model; null for the one whose traffic this is.</param>
public sealed record ModelTarget(string Version = Registry.ModelAliases.Champion, string? Model = null);

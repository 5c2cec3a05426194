namespace DurableMl.Orchestrations.Importing;

/// <summary>A version that an import has come to.</summary>
/// <param name="Version">The version.</param>
/// <param name="LargestDifference">The largest absolute difference between the model's answer and what was expected; null where nothing was.</param>
/// <param name="Untried">Why the model was published without being run: no sample was given, and it takes none that could be made. Null where it was run.</param>
public sealed record PublishedImport(string Version, double? LargestDifference, string? Untried = null);

namespace DurableMl.Orchestrations.Importing;

/// <summary>A version that an import has come to.</summary>
/// <param name="Version">The version.</param>
/// <param name="LargestDifference">The largest absolute difference between the model's answer and what was expected; null where nothing was.</param>
public sealed record PublishedImport(string Version, double? LargestDifference);

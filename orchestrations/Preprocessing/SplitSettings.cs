namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>How validation examples were chosen from the training files.</summary>
/// <param name="ValidationFraction">The share of every class.</param>
/// <param name="Seed">The seed of the choice and of the order within shards.</param>
public sealed record SplitSettings(double ValidationFraction, long Seed);

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Features and labels of the same examples, in the same order.</summary>
/// <param name="Features">The features.</param>
/// <param name="Labels">The labels.</param>
public sealed record RawPair(RawFile Features, RawFile Labels);

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="PrepareSweep"/> found and did.</summary>
/// <param name="CodeSha256">The version of the code kept with the run.</param>
/// <param name="HasDedicatedPool">Whether there are dedicated nodes to fall back to.</param>
public sealed record SweepPreparation(string CodeSha256, bool HasDedicatedPool);

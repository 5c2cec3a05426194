namespace DurableMl.Orchestrations.Runs;

/// <summary>What <see cref="ReadProgress"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Phase">The phase under way: preprocess or train.</param>
public sealed record RunProgressInput(string RunId, RunPhase Phase);

namespace DurableMl.Orchestrations.Runs;

/// <summary>Something that went wrong in a run, whether or not the run bore it.</summary>
/// <param name="Phase">When.</param>
/// <param name="Trial">In which trial, if in one.</param>
/// <param name="Reason">What.</param>
public sealed record RunFailure(RunPhase Phase, string? Trial, string Reason);

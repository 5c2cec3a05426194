namespace DurableMl.Cli.Pipelines;

/// <summary>Something that went wrong in a run, whether or not the run bore it.</summary>
/// <param name="Phase">When.</param>
/// <param name="Trial">In which trial, if in one.</param>
/// <param name="Reason">What.</param>
internal sealed record RunFailure(string? Phase, string? Trial, string? Reason);

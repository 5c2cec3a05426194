namespace DurableMl.Orchestrations.Runs;

/// <summary>A run failed; the message says in which phase and why.</summary>
/// <param name="phase">The phase.</param>
/// <param name="reason">Why.</param>
public sealed class RunFailedException(RunPhase phase, string reason)
    : Exception($"{phase.ToString().ToLowerInvariant()}: {reason}")
{
    /// <summary>The phase in which it failed.</summary>
    public RunPhase Phase { get; } = phase;

    /// <summary>Why it failed, without the phase.</summary>
    public string Reason { get; } = reason;
}

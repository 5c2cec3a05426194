using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>How a sweep ended.</summary>
/// <param name="Trials">All trials, in order.</param>
/// <param name="Best">The best completed trial; null when none completed.</param>
/// <param name="CodeSha256">The version of the code that all trials ran.</param>
/// <param name="Stopped">Why trials were ended early, if they were.</param>
/// <param name="Cancelled">Whether that was because the run was cancelled.</param>
public sealed record SweepResult(IReadOnlyList<TrialStatus> Trials, BestTrial? Best, string CodeSha256, string? Stopped, bool Cancelled);

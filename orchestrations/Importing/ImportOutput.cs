using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Importing;

/// <summary>What an import came to.</summary>
/// <param name="RunId">The import's id.</param>
/// <param name="Model">The model.</param>
/// <param name="State">Published or cancelled: an import that fails has no output.</param>
/// <param name="Version">The version it was published as.</param>
/// <param name="Alias">The alias that names it now.</param>
/// <param name="LargestDifference">The largest absolute difference between the model's answer and what was expected; null where nothing was.</param>
/// <param name="Reason">Why it was cancelled.</param>
/// <param name="Untried">Why the model was published without being run; null where it was run.</param>
public sealed record ImportOutput(string RunId, string Model, RunState State, string? Version, string? Alias, double? LargestDifference, string? Reason, string? Untried = null);

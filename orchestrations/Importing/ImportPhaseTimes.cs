namespace DurableMl.Orchestrations.Importing;

/// <summary>When a phase began and ended.</summary>
/// <param name="Name">The phase.</param>
/// <param name="StartedAt">Its beginning, UTC.</param>
/// <param name="EndedAt">Its end; null while it lasts.</param>
public sealed record ImportPhaseTimes(ImportPhase Name, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

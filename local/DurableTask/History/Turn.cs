namespace Microsoft.DurableTask.History;

/// <summary>A stored turn of an orchestrator: what came in, then what it decided.</summary>
/// <param name="Time">When it ran, UTC ticks.</param>
/// <param name="Incoming">Completions and events, in the order of their delivery.</param>
/// <param name="Decisions">What the orchestrator did, in order.</param>
sealed record Turn(long Time, IReadOnlyList<HistoryRecord> Incoming, IReadOnlyList<HistoryRecord> Decisions);

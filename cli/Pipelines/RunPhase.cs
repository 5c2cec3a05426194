namespace DurableMl.Cli.Pipelines;

/// <summary>A phase of a run and when it ran.</summary>
/// <param name="Name">For example <c>train</c>.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
internal sealed record RunPhase(string Name, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

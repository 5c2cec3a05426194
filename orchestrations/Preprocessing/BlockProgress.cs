namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>The custom status of <see cref="PreprocessOrchestrator"/>.</summary>
/// <param name="Done">Blocks whose shards are written.</param>
/// <param name="Total">Blocks there are.</param>
public sealed record BlockProgress(int Done, int Total);

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>A shard in a run's staging folder.</summary>
/// <param name="Split">The split it belongs to.</param>
/// <param name="Shard">The shard.</param>
/// <param name="ClassCounts">Its examples per class.</param>
public sealed record WrittenShard(string Split, DatasetShard Shard, IReadOnlyList<long> ClassCounts);

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>One split of a dataset.</summary>
/// <param name="Examples">Its number of examples.</param>
/// <param name="Shards">Its shards, in order.</param>
/// <param name="ClassCounts">Examples per class.</param>
public sealed record DatasetSplit(long Examples, IReadOnlyList<DatasetShard> Shards, IReadOnlyList<long> ClassCounts);

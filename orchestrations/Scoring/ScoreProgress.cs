namespace DurableMl.Orchestrations.Scoring;

/// <summary>How far scoring has come; also the custom status.</summary>
/// <param name="Shards">Shards done.</param>
/// <param name="Examples">Examples in them.</param>
/// <param name="Labelled">Examples with a true class beside them.</param>
/// <param name="Correct">Of those, the ones predicted right.</param>
/// <param name="After">The name of the last shard done.</param>
public sealed record ScoreProgress(int Shards = 0, long Examples = 0, long Labelled = 0, long Correct = 0, string? After = null)
{
    /// <summary>With more shards done, in the order of their names.</summary>
    public ScoreProgress Add(IReadOnlyList<ShardScore> shards)
    {
        ArgumentNullException.ThrowIfNull(shards);
        return new(
            Shards + shards.Count,
            Examples + shards.Sum(shard => shard.Examples),
            Labelled + shards.Sum(shard => shard.Labelled),
            Correct + shards.Sum(shard => shard.Correct),
            shards.Count > 0 ? shards[^1].Shard : After);
    }
}

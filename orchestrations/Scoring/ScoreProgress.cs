namespace DurableMl.Orchestrations.Scoring;

/// <summary>How far scoring has come; also the custom status.</summary>
/// <param name="Shards">Shards, tables and packs of images done.</param>
/// <param name="Examples">Examples in them.</param>
/// <param name="Labelled">Examples with a true class beside them.</param>
/// <param name="Correct">Of those, the ones predicted right.</param>
/// <param name="After">The name of the last blob done.</param>
public sealed record ScoreProgress(int Shards = 0, long Examples = 0, long Labelled = 0, long Correct = 0, string? After = null)
{
    /// <summary>Rows and files that could not be scored.</summary>
    public long Failed { get; init; }

    /// <summary>The commonest causes of that; null where all could.</summary>
    public IReadOnlyList<FailureCause>? Causes { get; init; }

    /// <summary>Blobs that hold nothing that the model takes.</summary>
    public long Skipped { get; init; }

    /// <summary>Packs of images so far.</summary>
    public int Packs { get; init; }

    /// <summary>With more shards done.</summary>
    public ScoreProgress Add(IReadOnlyList<ShardScore> shards)
    {
        ArgumentNullException.ThrowIfNull(shards);
        IReadOnlyList<FailureCause> causes = ScoreFailures.Commonest([.. Causes ?? [], .. shards.SelectMany(shard => shard.Causes ?? [])]);
        return this with
        {
            Shards = Shards + shards.Count,
            Examples = Examples + shards.Sum(shard => shard.Examples),
            Labelled = Labelled + shards.Sum(shard => shard.Labelled),
            Correct = Correct + shards.Sum(shard => shard.Correct),
            Failed = Failed + shards.Sum(shard => shard.Failed),
            Causes = causes.Count > 0 ? causes : null,
        };
    }
}

namespace DurableMl.Orchestrations.Scoring;

/// <summary>What <see cref="ScoreShard"/> works on.</summary>
/// <param name="Score">The whole.</param>
/// <param name="Shard">The shard's blob.</param>
public sealed record ScoreShardInput(ScoreInput Score, string Shard);

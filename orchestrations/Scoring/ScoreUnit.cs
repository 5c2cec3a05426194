namespace DurableMl.Orchestrations.Scoring;

/// <summary>What a unit of scoring is.</summary>
public enum ScoreUnitKind
{
    /// <summary>A <c>.npy</c> shard of what the network itself takes.</summary>
    Array,

    /// <summary>A file that holds a table.</summary>
    Table,

    /// <summary>Some image files, one example each.</summary>
    Images,
}

/// <summary>What one activity scores.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Blob">The shard or table in the input's container; for images the list of them in the output's.</param>
public sealed record ScoreUnit(ScoreUnitKind Kind, string Blob);

/// <summary>Some of what is to be scored.</summary>
/// <param name="Units">The units; none after the last.</param>
/// <param name="After">The name of the last blob that was looked at.</param>
/// <param name="Packs">Lists of images among them.</param>
/// <param name="Skipped">Blobs that were looked at and hold nothing that the model takes.</param>
public sealed record ScorePage(IReadOnlyList<ScoreUnit> Units, string? After, int Packs, long Skipped);

/// <summary>What <see cref="ScoreShard"/>, <see cref="ScoreTable"/> and <see cref="ScoreImages"/> work on.</summary>
/// <param name="Score">The whole.</param>
/// <param name="Shard">The unit's blob.</param>
public sealed record ScoreShardInput(ScoreInput Score, string Shard);

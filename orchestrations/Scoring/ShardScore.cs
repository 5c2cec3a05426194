namespace DurableMl.Orchestrations.Scoring;

/// <summary>What scoring one shard, table or pack of images came to.</summary>
/// <param name="Shard">The shard's blob.</param>
/// <param name="Predictions">The blob with its predictions.</param>
/// <param name="Sha256">The SHA-256 of that blob.</param>
/// <param name="Examples">Examples in it.</param>
/// <param name="Labelled">Examples with a true class beside them.</param>
/// <param name="Correct">Of those, the ones predicted right.</param>
public sealed record ShardScore(string Shard, string Predictions, string Sha256, long Examples, long Labelled, long Correct)
{
    /// <summary>Rows and files of it that could not be scored; they are listed beside the predictions.</summary>
    public long Failed { get; init; }

    /// <summary>The commonest causes of that; null or none where all could.</summary>
    public IReadOnlyList<FailureCause>? Causes { get; init; }
}

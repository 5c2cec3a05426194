namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>A pair of <c>.npy</c> files with the same number of rows.</summary>
/// <param name="Features">float32, normalised.</param>
/// <param name="Labels">int64 classes, or float32 values of a regression's targets.</param>
/// <param name="Examples">Rows.</param>
public sealed record DatasetShard(ShardFile Features, ShardFile Labels, int Examples)
{
    /// <summary>Its rows as they were read, one JSON object a line: of the test split of a table; null otherwise.</summary>
    public DatasetFile? Rows { get; init; }
}

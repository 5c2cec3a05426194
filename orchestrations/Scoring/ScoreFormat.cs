namespace DurableMl.Orchestrations.Scoring;

/// <summary>How predictions are written.</summary>
public enum ScoreFormat
{
    /// <summary>The scores of a shard as a NumPy array.</summary>
    Npy,

    /// <summary>One JSON object a line for each example: its place in the shard, its scores, and the class with the highest one.</summary>
    JsonLines,
}

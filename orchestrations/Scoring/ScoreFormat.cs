namespace DurableMl.Orchestrations.Scoring;

/// <summary>How predictions are written.</summary>
public enum ScoreFormat
{
    /// <summary>A shard's values or scores as a NumPy array of floats; its labels, whole numbers, where the model gives no scores.</summary>
    Npy,

    /// <summary>One JSON object a line for each example: its place in the shard, what is predicted (a value; a label, or the class with the highest score) and the scores, if any.</summary>
    JsonLines,
}

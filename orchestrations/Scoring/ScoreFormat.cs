namespace DurableMl.Orchestrations.Scoring;

/// <summary>How predictions are written.</summary>
public enum ScoreFormat
{
    /// <summary>A shard's values or scores as a NumPy array of floats; its labels, whole numbers, where the model gives no scores.</summary>
    Npy,

    /// <summary>
    /// One JSON object a line for each example. Of arrays: its place in the shard, what is predicted (a value; a label, or the class with the highest
    /// score) and the scores, if any. Of tables and images: the file, the row, and what a request is answered.
    /// </summary>
    JsonLines,

    /// <summary>Comma-separated values with a header: of tables and images, a line for each example.</summary>
    Csv,
}

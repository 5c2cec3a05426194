namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>A range of raw examples that one activity turns into shards.</summary>
/// <param name="Test">Whether it is of the test files; otherwise of the training files, whose examples go to train and validation.</param>
/// <param name="Index">Its number among the blocks of the same files, from 0.</param>
/// <param name="Start">Its first example in the pair.</param>
/// <param name="Count">Its number of examples.</param>
public sealed record DatasetBlock(bool Test, int Index, int Start, int Count)
{
    /// <summary>Which pair of files it is of.</summary>
    public int Pair { get; init; }

    /// <summary>The examples of the pairs before.</summary>
    public int Before { get; init; }
}

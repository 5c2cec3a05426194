namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>A range of raw examples that one activity turns into shards.</summary>
/// <param name="Test">Whether it is of the test files; otherwise of the training files, whose examples go to train and validation.</param>
/// <param name="Index">Its number among the blocks of the same files, from 0.</param>
/// <param name="Start">Its first example.</param>
/// <param name="Count">Its number of examples.</param>
public sealed record DatasetBlock(bool Test, int Index, int Start, int Count);

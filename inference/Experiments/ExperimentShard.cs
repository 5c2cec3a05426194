namespace DurableMl.Inference.Experiments;

/// <summary>The content of one of a model's experiment blobs: the counts of the processes that write there.</summary>
internal sealed record ExperimentShard
{
    /// <summary>The sum over all of them, past ones included.</summary>
    public ExperimentCounts Counts { get; init; } = new();

    /// <summary>What each process that has written lately added last.</summary>
    public Dictionary<string, Writer> Writers { get; init; } = [];

    /// <param name="Revision">The number of its latest addition; 1 for the first.</param>
    /// <param name="At">When that was.</param>
    internal sealed record Writer(long Revision, DateTimeOffset At);
}

namespace Azure.Compute.Batch;

/// <summary>Tasks that must complete first.</summary>
public class BatchTaskDependencies
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchTaskDependencies()
    {
    }

    /// <summary>Tasks by identifier, at most 64,000 characters in all.</summary>
    public IList<string> TaskIds { get; internal set; } = new UnsetList<string>();

    /// <summary>Tasks by ranges of integer identifiers.</summary>
    public IList<BatchTaskIdRange> TaskIdRanges { get; internal set; } = new UnsetList<BatchTaskIdRange>();
}

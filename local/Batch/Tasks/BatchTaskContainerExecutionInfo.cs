namespace Azure.Compute.Batch;

/// <summary>The container that a task ran in.</summary>
public class BatchTaskContainerExecutionInfo
{
    internal BatchTaskContainerExecutionInfo()
    {
    }

    /// <summary>Identifier of the container.</summary>
    public string ContainerId { get; internal set; }

    /// <summary>Current state.</summary>
    public string State { get; internal set; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string Error { get; internal set; }
}

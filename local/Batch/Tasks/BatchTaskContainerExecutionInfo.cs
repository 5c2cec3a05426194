namespace Azure.Compute.Batch;

/// <summary>Task container execution info of the Batch service.</summary>
public class BatchTaskContainerExecutionInfo
{
    internal BatchTaskContainerExecutionInfo()
    {
    }

    /// <summary>The container id.</summary>
    public string ContainerId { get; internal set; }

    /// <summary>Current state.</summary>
    public string State { get; internal set; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string Error { get; internal set; }
}

namespace Azure.Compute.Batch;

/// <summary>One instance of a multi-instance task.</summary>
public class BatchSubtask
{
    internal BatchSubtask()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public int? Id { get; internal set; }

    /// <summary>Where it ran.</summary>
    public BatchNodeInfo NodeInfo { get; internal set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartTime { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; internal set; }

    /// <summary>Exit code of the process; null while it has none.</summary>
    public int? ExitCode { get; internal set; }

    /// <summary>Container it ran in.</summary>
    public BatchTaskContainerExecutionInfo ContainerInfo { get; internal set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public BatchTaskFailureInfo FailureInfo { get; internal set; }

    /// <summary>Current state.</summary>
    public BatchSubtaskState? State { get; internal set; }

    /// <summary>When it entered its state.</summary>
    public DateTimeOffset? StateTransitionTime { get; internal set; }

    /// <summary>State before the current one; null while it is in its first.</summary>
    public BatchSubtaskState? PreviousState { get; internal set; }

    /// <summary>When it entered the previous state.</summary>
    public DateTimeOffset? PreviousStateTransitionTime { get; internal set; }

    /// <summary>Success or failure; null until it is completed.</summary>
    public BatchTaskExecutionResult? Result { get; internal set; }
}

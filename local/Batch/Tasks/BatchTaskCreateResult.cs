namespace Azure.Compute.Batch;

/// <summary>What became of one task of a group.</summary>
public class BatchTaskCreateResult
{
    internal BatchTaskCreateResult()
    {
    }

    /// <summary>Whether it was added.</summary>
    public BatchTaskAddStatus Status { get; internal set; }

    /// <summary>The task.</summary>
    public string TaskId { get; internal set; }

    /// <summary>Version of the resource; changes with every change.</summary>
    public ETag? ETag { get; internal set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? LastModified { get; internal set; }

    /// <summary>Address of the task.</summary>
    public string Location { get; internal set; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public BatchError Error { get; internal set; }
}

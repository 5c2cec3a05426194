namespace Azure.Compute.Batch;

/// <summary>What a <see cref="TaskResultHandler"/> decides about one task.</summary>
public enum CreateTaskResultStatus
{
    /// <summary>The task was added.</summary>
    Success = 0,

    /// <summary>The task was not added, and is not tried again.</summary>
    Failure = 1,

    /// <summary>The task was not added, and is tried again.</summary>
    Retry = 2,
}

using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>How to disable a job.</summary>
public class BatchJobDisableOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="disableTasks">What happens to running tasks.</param>
    public BatchJobDisableOptions(DisableBatchJobOption disableTasks)
    {
        DisableTasks = disableTasks;
    }

    internal BatchJobDisableOptions()
    {
    }

    /// <summary>What happens to running tasks.</summary>
    public DisableBatchJobOption DisableTasks { get; internal set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJobDisableOptions batchJobDisableOptions) => batchJobDisableOptions is null ? null : BatchJson.Content(batchJobDisableOptions);
}

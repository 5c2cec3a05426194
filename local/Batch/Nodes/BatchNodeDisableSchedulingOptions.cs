using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>How to keep tasks off a node.</summary>
public class BatchNodeDisableSchedulingOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeDisableSchedulingOptions()
    {
    }

    /// <summary>What happens to running tasks; requeued by default.</summary>
    public BatchNodeDisableSchedulingOption? NodeDisableSchedulingOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeDisableSchedulingOptions batchNodeDisableSchedulingOptions) => batchNodeDisableSchedulingOptions is null ? null : BatchJson.Content(batchNodeDisableSchedulingOptions);
}

using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>How to deallocate a node.</summary>
public class BatchNodeDeallocateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeDeallocateOptions()
    {
    }

    /// <summary>What happens to running tasks; requeued by default.</summary>
    public BatchNodeDeallocateOption? NodeDeallocateOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeDeallocateOptions batchNodeDeallocateOptions) => batchNodeDeallocateOptions is null ? null : BatchJson.Content(batchNodeDeallocateOptions);
}

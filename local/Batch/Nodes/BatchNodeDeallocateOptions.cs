using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Node deallocate options of the Batch service.</summary>
public class BatchNodeDeallocateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeDeallocateOptions()
    {
    }

    /// <summary>The node deallocate option.</summary>
    public BatchNodeDeallocateOption? NodeDeallocateOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeDeallocateOptions batchNodeDeallocateOptions) => batchNodeDeallocateOptions is null ? null : BatchJson.Content(batchNodeDeallocateOptions);
}

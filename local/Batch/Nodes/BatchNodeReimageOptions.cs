using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>How to reimage a node.</summary>
public class BatchNodeReimageOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeReimageOptions()
    {
    }

    /// <summary>What happens to running tasks; requeued by default.</summary>
    public BatchNodeReimageOption? NodeReimageOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeReimageOptions batchNodeReimageOptions) => batchNodeReimageOptions is null ? null : BatchJson.Content(batchNodeReimageOptions);
}

using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Node reimage options of the Batch service.</summary>
public class BatchNodeReimageOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeReimageOptions()
    {
    }

    /// <summary>The node reimage option.</summary>
    public BatchNodeReimageOption? NodeReimageOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeReimageOptions batchNodeReimageOptions) => batchNodeReimageOptions is null ? null : BatchJson.Content(batchNodeReimageOptions);
}

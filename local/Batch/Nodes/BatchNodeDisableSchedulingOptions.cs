using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Node disable scheduling options of the Batch service.</summary>
public class BatchNodeDisableSchedulingOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeDisableSchedulingOptions()
    {
    }

    /// <summary>The node disable scheduling option.</summary>
    public BatchNodeDisableSchedulingOption? NodeDisableSchedulingOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeDisableSchedulingOptions batchNodeDisableSchedulingOptions) => batchNodeDisableSchedulingOptions is null ? null : BatchJson.Content(batchNodeDisableSchedulingOptions);
}

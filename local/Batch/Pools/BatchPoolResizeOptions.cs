using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Wanted size of a pool.</summary>
public class BatchPoolResizeOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPoolResizeOptions()
    {
    }

    /// <summary>Wanted number of dedicated nodes.</summary>
    public int? TargetDedicatedNodes { get; set; }

    /// <summary>Wanted number of spot nodes.</summary>
    public int? TargetLowPriorityNodes { get; set; }

    /// <summary>How long a resize may take: at least 5 minutes; 15 by default.</summary>
    public TimeSpan? ResizeTimeout { get; set; }

    /// <summary>What happens to running tasks; requeued by default.</summary>
    public BatchNodeDeallocationOption? NodeDeallocationOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchPoolResizeOptions batchPoolResizeOptions) => batchPoolResizeOptions is null ? null : BatchJson.Content(batchPoolResizeOptions);
}

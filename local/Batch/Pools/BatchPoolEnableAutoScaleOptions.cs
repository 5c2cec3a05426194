using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A formula for a pool.</summary>
public class BatchPoolEnableAutoScaleOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPoolEnableAutoScaleOptions()
    {
    }

    /// <summary>Autoscale formula, at most 8 KB.</summary>
    public string AutoScaleFormula { get; set; }

    /// <summary>How often the formula is evaluated: 5 minutes to 168 hours; 15 minutes by default.</summary>
    public TimeSpan? AutoScaleEvaluationInterval { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchPoolEnableAutoScaleOptions batchPoolEnableAutoScaleOptions) => batchPoolEnableAutoScaleOptions is null ? null : BatchJson.Content(batchPoolEnableAutoScaleOptions);
}

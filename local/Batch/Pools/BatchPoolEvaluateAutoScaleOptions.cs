using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A formula to evaluate.</summary>
public class BatchPoolEvaluateAutoScaleOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="autoScaleFormula">Autoscale formula, at most 8 KB.</param>
    public BatchPoolEvaluateAutoScaleOptions(string autoScaleFormula)
    {
        AutoScaleFormula = autoScaleFormula ?? throw new ArgumentNullException(nameof(autoScaleFormula));
    }

    internal BatchPoolEvaluateAutoScaleOptions()
    {
    }

    /// <summary>Autoscale formula, at most 8 KB.</summary>
    public string AutoScaleFormula { get; internal set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchPoolEvaluateAutoScaleOptions batchPoolEvaluateAutoScaleOptions) => batchPoolEvaluateAutoScaleOptions is null ? null : BatchJson.Content(batchPoolEvaluateAutoScaleOptions);
}

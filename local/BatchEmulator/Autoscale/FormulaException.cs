namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>A formula that cannot be read or evaluated.</summary>
internal sealed class FormulaException(string code, string message) : Exception(message)
{
    /// <summary>The formula's text is wrong.</summary>
    public const string Syntax = "AutoScalingFormulaSyntaxError";

    /// <summary>The formula's evaluation failed.</summary>
    public const string Evaluation = "AutoScalingFormulaEvaluationError";

    /// <summary>Fewer samples than the formula asked for.</summary>
    public const string InsufficientData = "InsufficientSampleData";

    /// <summary>The code in AutoScaleRunError.</summary>
    public string Code { get; } = code;
}

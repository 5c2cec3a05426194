using DurableMl.Inference.Registry;

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>How a model did on the test split.</summary>
/// <param name="Accuracy">The share of examples classified rightly, 0 to 1.</param>
/// <param name="Examples">The number of examples.</param>
/// <param name="ClassAccuracy">The same share per class; null for a class without examples.</param>
/// <param name="Inputs">The model's inputs.</param>
/// <param name="Outputs">The model's outputs.</param>
public sealed record EvaluationResult(
    double Accuracy,
    long Examples,
    IReadOnlyList<double?> ClassAccuracy,
    IReadOnlyList<TensorSpec> Inputs,
    IReadOnlyList<TensorSpec> Outputs);

namespace DurableMl.Orchestrations.Evaluation;

/// <summary>What <see cref="EvaluateModel"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial whose model it is.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
public sealed record EvaluateModelInput(string RunId, string TrialId, string Dataset, string DatasetVersion);

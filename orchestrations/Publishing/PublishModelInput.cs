using System.Text.Json;
using DurableMl.Orchestrations.Evaluation;

namespace DurableMl.Orchestrations.Publishing;

/// <summary>What <see cref="PublishModel"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TrialId">The trial whose model it is.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Alias">The alias to set, or null.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Parameters">The trial's hyperparameters.</param>
/// <param name="CodeSha256">The version of the code that trained it.</param>
/// <param name="Metric">The objective's metric.</param>
/// <param name="Objective">Its value.</param>
/// <param name="Evaluation">How it did on the test split.</param>
public sealed record PublishModelInput(
    string RunId,
    string TrialId,
    string Model,
    string? Alias,
    string Dataset,
    string DatasetVersion,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    string CodeSha256,
    string Metric,
    double Objective,
    EvaluationResult Evaluation);

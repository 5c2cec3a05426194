using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>What <see cref="PreprocessOrchestrator"/> and <see cref="PlanDataset"/> work on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset to prepare.</param>
public sealed record PlanDatasetInput(string RunId, DatasetDefinition Dataset);

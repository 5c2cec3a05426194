using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>What <see cref="PreprocessOrchestrator"/> and <see cref="PlanDataset"/> work on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset to prepare.</param>
public sealed record PlanDatasetInput(string RunId, DatasetDefinition Dataset)
{
    /// <summary>Steps of the dataset that are done; what the last one made stands for the raw files.</summary>
    public int StepsDone { get; init; }

    /// <summary>Container and folder of the IDX files where they are not the dataset's source, but were made of it.</summary>
    public string? Prepared { get; init; }
}

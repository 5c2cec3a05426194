namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What a run does, from a dataset to a published model. Read from JSON by <see cref="PipelineReader"/>.</summary>
/// <param name="Name">The pipeline's name.</param>
/// <param name="Dataset">The data and how it is split.</param>
/// <param name="Sweep">The trials that train on it.</param>
/// <param name="Evaluate">What the best trial must reach on the test split.</param>
/// <param name="Approve">Who has to agree before publishing; null publishes without asking.</param>
/// <param name="Publish">Where the model goes.</param>
public sealed record PipelineDefinition(
    string Name,
    DatasetDefinition Dataset,
    SweepDefinition Sweep,
    EvaluationDefinition Evaluate,
    ApprovalDefinition? Approve,
    PublicationDefinition Publish);

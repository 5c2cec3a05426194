using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What <see cref="PipelineOrchestrator"/> works on.</summary>
/// <param name="Pipeline">What to do.</param>
/// <param name="Resumed">Whether an earlier execution has left trials that need not be trained again.</param>
/// <param name="Dataset">The dataset that it trained on, if it came so far.</param>
public sealed record RunInput(PipelineDefinition Pipeline, bool Resumed = false, DatasetReference? Dataset = null);

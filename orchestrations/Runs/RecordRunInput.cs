using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What <see cref="RecordRun"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">Its pipeline.</param>
public sealed record RecordRunInput(string RunId, PipelineDefinition Pipeline);

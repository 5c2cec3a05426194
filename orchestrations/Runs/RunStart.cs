using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Runs;

/// <summary>What came of starting a run.</summary>
/// <param name="RunId">The run's id; null when the pipeline is not valid.</param>
/// <param name="Errors">What is wrong with the pipeline.</param>
/// <param name="Existed">Whether there was a run of that id already; then none was started.</param>
public sealed record RunStart(string? RunId, IReadOnlyList<PipelineError> Errors, bool Existed);

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>One thing wrong with a pipeline's JSON.</summary>
/// <param name="Path">Where, as a JSON path such as <c>$.sweep.trials</c>.</param>
/// <param name="Reason">What is wrong and what would be right.</param>
public sealed record PipelineError(string Path, string Reason);

using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Functions.Ingestion;

/// <summary>Why an uploaded pipeline started no run.</summary>
/// <param name="Title">In a sentence.</param>
/// <param name="Errors">Everything that is wrong with it.</param>
public sealed record IngestionErrors(string Title, IReadOnlyList<PipelineError> Errors);

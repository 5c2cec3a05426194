using System.Diagnostics.CodeAnalysis;

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What came of reading a pipeline's JSON: a definition, or everything that is wrong with it.</summary>
/// <param name="Definition">The pipeline; null when there are errors.</param>
/// <param name="Errors">All errors, in document order; empty for a valid pipeline.</param>
public sealed record PipelineReading(PipelineDefinition? Definition, IReadOnlyList<PipelineError> Errors)
{
    /// <summary>Whether there is a definition.</summary>
    [MemberNotNullWhen(true, nameof(Definition))]
    public bool IsValid => Definition is not null;
}

/// <summary>One thing wrong with a pipeline's JSON.</summary>
/// <param name="Path">Where, as a JSON path such as <c>$.sweep.trials</c>.</param>
/// <param name="Reason">What is wrong and what would be right.</param>
public sealed record PipelineError(string Path, string Reason);

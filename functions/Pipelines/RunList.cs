namespace DurableMl.Functions.Pipelines;

/// <summary>What <c>GET api/pipelines</c> answers.</summary>
/// <param name="Runs">The runs, without their outputs.</param>
/// <param name="ContinuationToken">Where the next page begins; null on the last.</param>
public sealed record RunList(IReadOnlyList<RunDocument> Runs, string? ContinuationToken);

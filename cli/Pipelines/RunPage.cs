namespace DurableMl.Cli.Pipelines;

/// <summary>A page of <c>GET api/pipelines</c>.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="ContinuationToken">Asks for the next page; null on the last.</param>
internal sealed record RunPage(IReadOnlyList<RunDocument> Runs, string? ContinuationToken);

namespace DurableMl.Cli.Pipelines;

/// <summary>The best trial so far.</summary>
/// <param name="Trial">Its id.</param>
/// <param name="Objective">Its value of the sweep's metric.</param>
internal sealed record RunBest(string? Trial, double? Objective);

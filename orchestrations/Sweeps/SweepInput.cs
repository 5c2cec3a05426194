using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>What <see cref="SweepOrchestrator"/> works on.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="DatasetVersion">The dataset's version.</param>
/// <param name="Sweep">The sweep.</param>
public sealed record SweepInput(string RunId, string Dataset, string DatasetVersion, SweepDefinition Sweep);

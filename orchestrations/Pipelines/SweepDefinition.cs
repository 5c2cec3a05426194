namespace DurableMl.Orchestrations.Pipelines;

/// <summary>Trials of one job over a parameter space, by random search.</summary>
/// <param name="Job">The training job's name: a folder of <c>batch-jobs/</c>.</param>
/// <param name="Trials">How many, at least 1.</param>
/// <param name="Seed">Decides every trial's parameters and its own seed.</param>
/// <param name="Budget">Epochs (or the job's own unit) that a trial trains in total.</param>
/// <param name="Objective">The metric that picks the best trial.</param>
/// <param name="Parameters">The space, by parameter name.</param>
/// <param name="MaxFailedTrials">Trials that may fail without failing the run; half of them where the pipeline does not say.</param>
/// <param name="Parallelism">Trials under way at a time.</param>
/// <param name="Retries">How often a trial may be tried again.</param>
/// <param name="TimeLimit">How long one attempt of a trial may run on a node; one that runs longer is ended and has failed.</param>
/// <param name="CheckpointSteps">Training steps between checkpoints; null leaves it to the job.</param>
/// <param name="Nodes">Nodes that one trial trains on together.</param>
public sealed record SweepDefinition(
    string Job,
    int Trials,
    long Seed,
    int Budget,
    ObjectiveDefinition Objective,
    IReadOnlyDictionary<string, ParameterDefinition> Parameters,
    int MaxFailedTrials,
    int Parallelism,
    RetryBudgets Retries,
    TimeSpan TimeLimit,
    int? CheckpointSteps,
    int Nodes);

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What the best trial's model must reach on the test split to be published.</summary>
/// <param name="Minimum">The least accuracy, 0 to 1; null publishes whatever was reached.</param>
public sealed record EvaluationDefinition(double? Minimum);

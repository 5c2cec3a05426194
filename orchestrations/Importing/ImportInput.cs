namespace DurableMl.Orchestrations.Importing;

/// <summary>What <see cref="ImportOrchestrator"/> works on.</summary>
/// <param name="RunId">The run's id, the orchestration's own.</param>
/// <param name="Model">The model to publish to.</param>
/// <param name="Request">What to import.</param>
public sealed record ImportInput(string RunId, string Model, ImportRequest Request)
{
    /// <summary>The one trial of an import that converts.</summary>
    public const string Trial = "trial-000";
}

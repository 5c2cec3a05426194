namespace DurableMl.Orchestrations.Pipelines;

/// <summary>What "best" means among trials.</summary>
/// <param name="Metric">A metric that the job reports.</param>
/// <param name="Goal">Whether more of it is better.</param>
public sealed record ObjectiveDefinition(string Metric, ObjectiveGoal Goal)
{
    /// <summary>Whether <paramref name="candidate"/> beats <paramref name="incumbent"/>; equal values do not.</summary>
    public bool IsBetter(double candidate, double incumbent) =>
        Goal == ObjectiveGoal.Maximize ? candidate > incumbent : candidate < incumbent;
}

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>How often a trial may be tried again, by cause.</summary>
/// <param name="Failures">New attempts after the job itself failed.</param>
/// <param name="Preemptions">Preemptions after which the trial moves from spot to dedicated nodes; 0 starts there.</param>
/// <param name="Infrastructure">New attempts after a node, an image or storage failed.</param>
public sealed record RetryBudgets(int Failures, int Preemptions, int Infrastructure);

namespace DurableMl.Orchestrations.Pipelines;

/// <summary>A person's word before publishing.</summary>
/// <param name="Deadline">How long the run waits for it.</param>
/// <param name="Default">What holds when nobody has answered by then: true publishes, false does not.</param>
public sealed record ApprovalDefinition(TimeSpan Deadline, bool Default);

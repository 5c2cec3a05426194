using DurableMl.BatchJobs.Outcomes;

namespace DurableMl.Orchestrations.Training;

/// <summary>An attempt as Batch and its blobs show it.</summary>
/// <param name="Running">Whether it is on a node now.</param>
/// <param name="Outcome">How it ended; null while it has not.</param>
/// <param name="Message">What went wrong, if something did.</param>
/// <param name="Restarts">How often Batch started tasks of this trial again.</param>
/// <param name="Objective">The objective as of the last report.</param>
/// <param name="Epoch">Epochs trained.</param>
public sealed record TrialObservation(bool Running, TrialOutcomeKind? Outcome, string? Message, int Restarts, double? Objective, double? Epoch);

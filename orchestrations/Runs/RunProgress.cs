using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Runs;

/// <summary>How far a phase has come.</summary>
/// <param name="Done">Units that are done.</param>
/// <param name="Total">Units there are; 0 where that is not known here.</param>
/// <param name="Trials">The trials that matter most now, at most <see cref="TrialSelection.Most"/>.</param>
public sealed record RunProgress(int Done, int Total, IReadOnlyList<TrialStatus> Trials);

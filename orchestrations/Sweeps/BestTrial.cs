using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>The trial with the best objective.</summary>
/// <param name="Trial">Its id.</param>
/// <param name="Objective">Its objective.</param>
public sealed record BestTrial(string Trial, double Objective)
{
    /// <summary>The best of those with an objective; of equals the first. Null when there is none.</summary>
    public static BestTrial? Of(IEnumerable<TrialStatus> trials, ObjectiveDefinition objective)
    {
        ArgumentNullException.ThrowIfNull(trials);
        return Of(trials.Select(trial => (trial.Id, trial.Objective)), objective);
    }

    /// <summary>As above, of the trials that may be chosen.</summary>
    public static BestTrial? Of(IEnumerable<TrialSummary> trials, ObjectiveDefinition objective)
    {
        ArgumentNullException.ThrowIfNull(trials);
        return Of(trials.Where(trial => trial.State is not (TrialState.Failed or TrialState.Stopped or TrialState.Cancelled)).Select(trial => (trial.Id, trial.Objective)), objective);
    }

    private static BestTrial? Of(IEnumerable<(string Id, double? Objective)> trials, ObjectiveDefinition objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        BestTrial? best = null;
        foreach ((string id, double? reached) in trials)
        {
            if (reached is { } value && double.IsFinite(value) && (best is null || objective.IsBetter(value, best.Objective)))
            {
                best = new BestTrial(id, value);
            }
        }

        return best;
    }
}

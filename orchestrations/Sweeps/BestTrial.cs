using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>The trial with the best objective; of two objectives, with the best in the first.</summary>
/// <param name="Trial">Its id.</param>
/// <param name="Objective">Its objective.</param>
public sealed record BestTrial(string Trial, double Objective)
{
    /// <summary>The best of those with an objective; of equals the one that is better in the second objective, then the first. Null when there is none.</summary>
    public static BestTrial? Of(IEnumerable<TrialStatus> trials, SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(trials);
        return Of(trials.Select(trial => (trial.Id, trial.Objective, trial.Second)), sweep);
    }

    /// <summary>As above, of the trials that may be chosen.</summary>
    public static BestTrial? Of(IEnumerable<TrialSummary> trials, SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(trials);
        return Of(
            trials.Where(trial => trial.State is not (TrialState.Failed or TrialState.Stopped or TrialState.Cancelled)).Select(trial => (trial.Id, trial.Objective, trial.Second)), sweep);
    }

    private static BestTrial? Of(IEnumerable<(string Id, double? Objective, double? Second)> trials, SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        BestTrial? best = null;
        double? second = null;
        foreach ((string id, double? reached, double? other) in trials)
        {
            if (reached is { } value && double.IsFinite(value)
                && (best is null || sweep.Objective.IsBetter(value, best.Objective)
                    || (value == best.Objective && other is { } one && second is { } two && sweep.Second?.IsBetter(one, two) == true)))
            {
                (best, second) = (new BestTrial(id, value), other);
            }
        }

        return best;
    }
}

using DurableMl.Orchestrations.Pipelines;
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
        ArgumentNullException.ThrowIfNull(objective);
        BestTrial? best = null;
        foreach (TrialStatus trial in trials)
        {
            if (trial.Objective is { } value && double.IsFinite(value) && (best is null || objective.IsBetter(value, best.Objective)))
            {
                best = new BestTrial(trial.Id, value);
            }
        }

        return best;
    }
}

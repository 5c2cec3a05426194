using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Chooses the trials that a status shows when there are too many: those under way, failed ones, then the best, then the rest.</summary>
public static class TrialSelection
{
    /// <summary>Trials in a status, at most. Each takes up to about 250 bytes of the 16 KB that a custom status may have.</summary>
    public const int Most = 40;

    /// <summary>At most <see cref="Most"/> of the trials, in order of their ids.</summary>
    public static IReadOnlyList<TrialStatus> Choose(IReadOnlyCollection<TrialStatus> trials, ObjectiveGoal goal)
    {
        ArgumentNullException.ThrowIfNull(trials);
        IEnumerable<TrialStatus> chosen = trials.Count <= Most
            ? trials
            : trials.OrderBy(Rank).ThenByDescending(trial => goal == ObjectiveGoal.Maximize ? trial.Objective : -trial.Objective).Take(Most);
        return [.. chosen.OrderBy(trial => RunIds.TrialIndex(trial.Id))];
    }

    /// <summary>Those of a sweep's trials that its result names, at most <see cref="SweepResult.MostTrials"/>, in order of their ids: the best, some that have failed, then the first of the rest.</summary>
    public static IReadOnlyList<TrialStatus> OfResult(IReadOnlyCollection<TrialStatus> trials, ObjectiveGoal goal)
    {
        ArgumentNullException.ThrowIfNull(trials);
        if (trials.Count <= SweepResult.MostTrials)
        {
            return [.. trials];
        }

        IEnumerable<TrialStatus> best = trials.Where(trial => trial is { State: TrialState.Completed, Objective: not null })
            .OrderBy(trial => goal == ObjectiveGoal.Maximize ? -trial.Objective : trial.Objective).Take(SweepResult.MostTrials / 2);
        IEnumerable<TrialStatus> failed = trials.Where(trial => trial.State == TrialState.Failed).Take(SweepResult.MostTrials / 4);
        return [.. best.Concat(failed).Concat(trials).DistinctBy(trial => trial.Id).Take(SweepResult.MostTrials).OrderBy(trial => RunIds.TrialIndex(trial.Id))];
    }

    private static int Rank(TrialStatus trial) => trial.State switch
    {
        TrialState.Running or TrialState.Retrying => 0,
        TrialState.Failed => 1,
        TrialState.Completed => 2,
        _ => 3,
    };
}

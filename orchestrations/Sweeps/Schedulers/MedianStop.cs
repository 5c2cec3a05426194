using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps.Schedulers;

/// <summary>
/// Trains every trial to the whole budget, but ends one whose best value so far is worse than the median of what the completed trials had
/// on average up to the same epoch (Golovin et al., "Google Vizier", 2017, section 3.2.2).
/// </summary>
/// <param name="trials">How many trials there are.</param>
/// <param name="budget">The budget.</param>
/// <param name="goal">What is better.</param>
/// <param name="grace">Epochs that every trial may train.</param>
/// <param name="least">Trials to compare with, at least; before so many have completed none is ended.</param>
public sealed class MedianStop(int trials, int budget, ObjectiveGoal goal, int grace = 1, int least = 5) : IScheduler
{
    /// <inheritdoc/>
    public TrialStep? Next(IReadOnlyList<TrialCurve> begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        return begun.Count < trials ? new TrialStep(begun.Count, budget) : null;
    }

    /// <inheritdoc/>
    public bool ShouldStop(TrialCurve running, IReadOnlyList<TrialCurve> begun)
    {
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(begun);
        double epoch = running.LastEpoch;
        if (epoch < Math.Max(grace, 1))
        {
            return false;
        }

        double[] others =
        [
            .. begun.Where(trial => trial.Phase == TrialPhase.Reached && trial.Trial != running.Trial)
                .Select(trial => trial.Until(epoch)).Where(values => values.Count > 0).Select(values => values.Average()).Order(),
        ];
        if (others.Length < Math.Max(least, 1))
        {
            return false;
        }

        double median = (others[(others.Length - 1) / 2] + others[others.Length / 2]) / 2;
        IReadOnlyCollection<double> own = running.Until(epoch);
        return goal == ObjectiveGoal.Minimize ? own.Min() > median : own.Max() < median;
    }
}

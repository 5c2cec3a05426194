using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps.Schedulers;

/// <summary>
/// Asynchronous successive halving (Li et al., "A system for massively parallel hyperparameter tuning", 2020, algorithm 2): whenever a slot
/// is free, a trial that is among the best of its rung, one in every <c>reduction</c>, goes on to the next; higher rungs come first. If there
/// is none, a new trial begins on the lowest rung. Nobody waits for a rung to fill.
/// </summary>
/// <param name="trials">How many trials there are.</param>
/// <param name="budget">The highest rung: the budget of a trial that was never held back.</param>
/// <param name="goal">What is better.</param>
/// <param name="minimum">The lowest rung, in epochs.</param>
/// <param name="reduction">One in so many goes on; each rung is so many times the one below.</param>
public sealed class AshaScheduler(int trials, int budget, ObjectiveGoal goal, int minimum = 1, int reduction = 3) : IScheduler
{
    private readonly IReadOnlyList<int> rungs = Rungs.Of(minimum, budget, reduction);

    /// <inheritdoc/>
    public TrialStep? Next(IReadOnlyList<TrialCurve> begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        for (int rung = rungs.Count - 2; rung >= 0; rung--)
        {
            if (Promotion(begun, rungs[rung]) is { } best)
            {
                return new TrialStep(best.Trial, rungs[rung + 1]);
            }
        }

        return begun.Count < trials ? new TrialStep(begun.Count, rungs[0]) : null;
    }

    /// <summary>
    /// The best trial that rests at a rung, if it is among the best of all that have reached it. Sorting them would say the same, but this is asked
    /// again and again of thousands.
    /// </summary>
    private TrialCurve? Promotion(IReadOnlyList<TrialCurve> begun, int rung)
    {
        int there = 0;
        TrialCurve? best = null;
        double value = 0;
        foreach (TrialCurve trial in begun)
        {
            if (!trial.HasReached(rung))
            {
                continue;
            }

            there++;
            double own = trial.At(rung)!.Value;
            if (trial.Budget == rung && trial.Phase == TrialPhase.Reached && (best is null || IsBetter(own, value)))
            {
                (best, value) = (trial, own);
            }
        }

        int most = there / reduction;
        if (best is null || most == 0)
        {
            return null;
        }

        int ahead = begun.Count(trial => trial.HasReached(rung) && trial.At(rung)!.Value is var own && (IsBetter(own, value) || (own == value && trial.Trial < best.Trial)));
        return ahead < most ? best : null;
    }

    private bool IsBetter(double one, double other) => goal == ObjectiveGoal.Minimize ? one < other : one > other;

    /// <inheritdoc/>
    public bool ShouldStop(TrialCurve running, IReadOnlyList<TrialCurve> begun) => false;
}

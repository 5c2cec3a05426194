using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps.Schedulers;

/// <summary>
/// Hyperband (Li et al., "Hyperband: a novel bandit-based approach to hyperparameter optimization", 2018, algorithm 1): brackets of
/// successive halving, from many trials that begin with little to few that train in full at once, over and over until all trials have
/// begun. A round waits for the one before it; slots that are free meanwhile begin the next bracket.
/// </summary>
/// <param name="trials">How many trials there are.</param>
/// <param name="budget">The most that a trial is trained.</param>
/// <param name="goal">What is better.</param>
/// <param name="minimum">The least that a trial is trained.</param>
/// <param name="reduction">One in so many goes on to the next round, which is so many times as long.</param>
public sealed class HyperbandScheduler(int trials, int budget, ObjectiveGoal goal, int minimum = 1, int reduction = 3) : IScheduler
{
    private readonly IReadOnlyList<(int Size, IReadOnlyList<int> Rungs)> brackets = Brackets(minimum, budget, reduction);

    /// <inheritdoc/>
    public TrialStep? Next(IReadOnlyList<TrialCurve> begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        int first = 0;
        for (int i = 0; first < trials; i++)
        {
            (int size, IReadOnlyList<int> rungs) = brackets[i % brackets.Count];
            int end = Math.Min(first + size, trials);
            if (begun.Count < end)
            {
                return new TrialStep(begun.Count, rungs[0]);
            }

            if (Promotion([.. begun.Skip(first).Take(end - first)], rungs) is { } step)
            {
                return step;
            }

            first = end;
        }

        return null;
    }

    /// <inheritdoc/>
    public bool ShouldStop(TrialCurve running, IReadOnlyList<TrialCurve> begun) => false;

    /// <summary>The next trial of a bracket, all of whose trials have begun, that goes on; null where a round is not over, or the bracket is.</summary>
    private TrialStep? Promotion(TrialCurve[] round, IReadOnlyList<int> rungs)
    {
        for (int rung = 0; rung + 1 < rungs.Count; rung++)
        {
            int reached = rungs[rung];
            if (round.Any(trial => trial.Budget == reached && trial.Phase == TrialPhase.Running))
            {
                return null;
            }

            // Of very few trials the best goes on all the same: the bracket is to end with a trial trained in full.
            round = [.. round.Where(trial => trial.HasReached(reached)).BestAt(reached, goal).Take(Math.Max(1, round.Length / reduction))];
            if (round.FirstOrDefault(trial => trial.Budget == reached) is { } next)
            {
                return new TrialStep(next.Trial, rungs[rung + 1]);
            }
        }

        return null;
    }

    private static List<(int Size, IReadOnlyList<int> Rungs)> Brackets(int minimum, int budget, int reduction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, minimum);
        ArgumentOutOfRangeException.ThrowIfLessThan(reduction, 2);
        int most = 0;
        for (long rung = (long)minimum * reduction; rung <= budget; rung *= reduction)
        {
            most++;
        }

        var brackets = new List<(int, IReadOnlyList<int>)>();
        for (int s = most; s >= 0; s--)
        {
            int size = (int)Math.Ceiling((most + 1.0) / (s + 1) * Math.Pow(reduction, s));
            brackets.Add((size, [.. Enumerable.Range(0, s + 1).Select(i => Math.Max(1, (int)Math.Round(budget / Math.Pow(reduction, s - i))))]));
        }

        return brackets;
    }
}

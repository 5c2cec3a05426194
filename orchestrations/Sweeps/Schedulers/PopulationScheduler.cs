using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;
using DurableMl.Orchestrations.Sweeps.Samplers;

namespace DurableMl.Orchestrations.Sweeps.Schedulers;

/// <summary>
/// Population-based training (Jaderberg et al., "Population based training of neural networks", 2017), with truncation selection as its exploitation: each
/// time that a trial has trained for an interval and is among the worst of the population, it goes on from the weights of one of the best, with
/// parameters near that one's (<see cref="ParameterExplorer"/>). Trials are compared at the same budget, with those that have been there; nobody
/// waits for the others, but whoever is furthest behind goes on first, so that few slots train the population side by side.
/// </summary>
/// <param name="trials">The population.</param>
/// <param name="budget">What each trial is trained in all.</param>
/// <param name="goal">What is better.</param>
/// <param name="seed">Decides whom a trial follows.</param>
/// <param name="interval">Epochs between two looks at the others.</param>
/// <param name="quantile">The share of those compared that counts as the best, and as the worst, rounded up; above 0, at most 0.5.</param>
public sealed class PopulationScheduler(int trials, int budget, ObjectiveGoal goal, long seed, int interval = 1, double quantile = 0.25) : IScheduler
{
    /// <inheritdoc/>
    public TrialStep? Next(IReadOnlyList<TrialCurve> begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        if (begun.Count < trials)
        {
            return new TrialStep(begun.Count, Math.Min(interval, budget));
        }

        TrialCurve? next = begun.Where(trial => trial.Phase == TrialPhase.Reached && trial.Budget < budget).MinBy(trial => (trial.Budget, trial.Trial));
        return next is null ? null : new TrialStep(next.Trial, Math.Min(next.Budget + interval, budget)) { From = Followed(next, begun) };
    }

    /// <inheritdoc/>
    public bool ShouldStop(TrialCurve running, IReadOnlyList<TrialCurve> begun) => false;

    /// <summary>One of the best at a trial's budget, if the trial is among the worst there. One that has reported no number is.</summary>
    private int? Followed(TrialCurve trial, IReadOnlyList<TrialCurve> begun)
    {
        TrialCurve[] there = [.. begun.Where(other => other.HasReached(trial.Budget)).BestAt(trial.Budget, goal)];
        // At least one of two: the first to get somewhere see few others, and must not all go on unseen.
        int most = Math.Min((int)Math.Ceiling(quantile * there.Length), there.Length / 2);
        bool follows = most > 0 && (trial.At(trial.Budget) is null || there.TakeLast(most).Any(other => other.Trial == trial.Trial));
        if (!follows)
        {
            return null;
        }

        var generator = SeededGenerator.For(seed, FormattableString.Invariant($"pbt/{trial.Trial}/{trial.Budget}"));
        return there[(int)generator.NextBelow((ulong)most)].Trial;
    }
}

/// <summary>
/// How a trial that follows another explores (Jaderberg et al., 2017): each parameter is drawn anew with some probability, else changed a little, numbers to
/// 0.8 or 1.2 times what they were, others to a neighbour in the list of their values. What depends on another parameter is there where that has the value.
/// What comes of it depends on nothing but its arguments.
/// </summary>
/// <param name="space">The parameter space.</param>
/// <param name="seed">The sweep's seed.</param>
/// <param name="resample">How likely a parameter is drawn anew, 0 to 1.</param>
public sealed class ParameterExplorer(SearchSpace space, long seed, double resample = 0.25)
{
    private const double Less = 0.8;
    private const double More = 1.2;

    /// <summary>Parameters near those of another trial.</summary>
    /// <param name="followed">What the other trial trained with.</param>
    /// <param name="trial">The trial that follows it.</param>
    /// <param name="budget">At which budget.</param>
    public IReadOnlyDictionary<string, JsonElement> Explore(IReadOnlyDictionary<string, JsonElement> followed, int trial, int budget)
    {
        ArgumentNullException.ThrowIfNull(followed);
        return space.Point(i =>
        {
            Dimension dimension = space.Dimensions[i];
            var generator = SeededGenerator.For(seed, FormattableString.Invariant($"explore/{trial}/{budget}/{dimension.Name}"));
            bool anew = generator.NextFraction() < resample || !followed.ContainsKey(dimension.Name) || dimension.Refusal(followed[dimension.Name]) is not null;
            return anew ? RandomSampler.Draw(dimension, ref generator) : Perturb(dimension, followed[dimension.Name], generator.NextBelow(2) == 0);
        });
    }

    private static JsonElement Perturb(Dimension dimension, JsonElement value, bool less)
    {
        if (dimension.IsOrdered)
        {
            JsonElement changed = dimension.Nearest(value.GetDouble() * (less ? Less : More));
            if (dimension.Count is null || dimension.IndexOf(changed) != dimension.IndexOf(value))
            {
                return changed;
            }
        }

        // A step so small that it leads nowhere is one to the neighbour.
        long index = dimension.IndexOf(value);
        long neighbour = index + (less ? -1 : 1);
        long last = dimension.Count!.Value - 1;
        return dimension.Value(last == 0 ? 0 : neighbour < 0 ? 1 : neighbour > last ? last - 1 : neighbour);
    }
}

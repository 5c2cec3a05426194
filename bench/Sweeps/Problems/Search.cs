using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;

namespace DurableMl.Bench.Sweeps.Problems;

/// <summary>Runs samplers on test functions.</summary>
public static class Search
{
    /// <summary>The best value after each trial.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="function">The function.</param>
    /// <param name="trials">How many trials.</param>
    /// <param name="parallel">Trials under way at a time; they end in the order in which they began.</param>
    public static double[] Run(ISampler sampler, TestFunction function, int trials, int parallel = 1)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(function);
        var ended = new List<SeenTrial>();
        var pending = new Queue<SeenTrial>();
        for (int trial = 0; trial < trials; trial++)
        {
            if (pending.Count == parallel)
            {
                ended.Add(End(pending.Dequeue()));
            }

            pending.Enqueue(new SeenTrial(sampler.Sample(trial, [.. ended, .. pending]), null));
        }

        ended.AddRange(pending.Select(End));
        double best = double.PositiveInfinity;
        return [.. ended.Select(trial => best = Math.Min(best, trial.Objective!.Value))];

        SeenTrial End(SeenTrial trial) => trial with { Objective = function.At(trial.Parameters) };
    }

    /// <summary>
    /// For each repetition, how many trials TPE needs to reach what random search has reached after 64 trials in the median of 500
    /// repetitions; one more than it may have where it does not.
    /// </summary>
    /// <param name="function">The function.</param>
    /// <param name="repetitions">Repetitions, each with its own seed.</param>
    /// <param name="parallel">TPE's trials under way at a time.</param>
    public static TpeAgainstRandom Compare(TestFunction function, int repetitions, int parallel = 1)
    {
        ArgumentNullException.ThrowIfNull(function);
        const int Trials = 64;

        // The median of twenty best values would be luck; random search is cheap.
        const int RandomRepetitions = 500;
        var space = new SearchSpace(function.Space);
        double target = Median(Enumerable.Range(1000, RandomRepetitions).Select(seed => Run(new RandomSampler(space, seed), function, Trials)[^1]));
        int[] needed =
        [
            .. Enumerable.Range(0, repetitions).Select(seed =>
                Array.FindIndex(Run(new TpeSampler(space, ObjectiveGoal.Minimize, seed), function, Trials, parallel), best => best <= target) is >= 0 and int first ? first + 1 : Trials + 1),
        ];
        return new TpeAgainstRandom(function, Trials, target, needed);
    }

    /// <summary>The middle of some numbers.</summary>
    public static double Median(IEnumerable<double> numbers) => Quantile(numbers, 0.5);

    /// <summary>The number below which this share of some numbers lies, interpolated.</summary>
    public static double Quantile(IEnumerable<double> numbers, double share)
    {
        double[] sorted = [.. numbers.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}

/// <summary>How TPE compares with random search on a function.</summary>
/// <param name="Function">The function.</param>
/// <param name="Trials">The trials that random search had.</param>
/// <param name="Target">The median of the best that it found.</param>
/// <param name="Needed">The trials that TPE needed for that, in each repetition.</param>
public sealed record TpeAgainstRandom(TestFunction Function, int Trials, double Target, IReadOnlyList<int> Needed)
{
    /// <summary>The median of the trials needed, as a share of random search's.</summary>
    public double Share => Search.Median(Needed.Select(needed => (double)needed)) / Trials;
}

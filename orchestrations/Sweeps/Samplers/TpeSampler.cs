using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Randomness;

namespace DurableMl.Orchestrations.Sweeps.Samplers;

/// <summary>
/// The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", 2011): the
/// trials so far are parted into the best and the rest, and the next trial is where the density l of the best is highest in proportion to the
/// density g of the rest. Multivariate (Falkner, Klein and Hutter, "BOHB", 2018), with the bandwidths and weights of Optuna's
/// <c>TPESampler(multivariate=True, constant_liar=True)</c>. Trials under way, and those that failed, count among the rest (the constant
/// liar of Ginsbourger, Le Riche and Carraro, 2010), so that trials at the same time do not all try the same.
/// </summary>
/// <param name="space">The parameter space.</param>
/// <param name="goal">What is better.</param>
/// <param name="seed">The sweep's seed.</param>
/// <param name="startup">Trials with a result before the estimator is asked; until then the search is random. At least 2.</param>
/// <param name="candidates">Points drawn from l, of which the best by l / g is taken. At least 1.</param>
public sealed class TpeSampler(SearchSpace space, ObjectiveGoal goal, long seed, int startup = 10, int candidates = 24) : ISampler
{
    // Optuna takes a tenth. A fifth needs fewer trials on the functions of bench/Sweeps; BOHB takes 0.15, Bergstra's Hyperopt 0.25.
    private const double BestShare = 0.2;
    private const int MostBest = 25;
    private const int FullWeights = 25;

    private ISampler Startup => field ??= IsDistinct ? new DistinctSampler(new RandomSampler(space, seed), space) : new RandomSampler(space, seed);

    private readonly bool hasConditions = space.Dimensions.Any(dimension => dimension.Definition.When is not null);

    /// <summary>What is better of a second objective; null where there is one.</summary>
    public ObjectiveGoal? Second { get; init; }

    /// <summary>Whether a point that was seen is not to be drawn again, for spaces of which <see cref="SearchSpace.IsSmall"/> is true.</summary>
    public bool IsDistinct { get; init; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, JsonElement> Sample(int trial, IReadOnlyList<SeenTrial> seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        if (!IsDistinct)
        {
            return Draw(trial, seen, known: null);
        }

        HashSet<string> known = [.. seen.Select(one => DistinctSampler.KeyOf(one.Parameters))];
        IReadOnlyDictionary<string, JsonElement> point = Draw(trial, seen, known);
        return known.Contains(DistinctSampler.KeyOf(point)) ? space.Points().FirstOrDefault(other => !known.Contains(DistinctSampler.KeyOf(other))) ?? point : point;
    }

    /// <summary>Draws a point that is not known, where one comes up.</summary>
    private IReadOnlyDictionary<string, JsonElement> Draw(int trial, IReadOnlyList<SeenTrial> seen, HashSet<string>? known)
    {
        int results = seen.Count(HasResult);
        if (results < Math.Max(startup, 2))
        {
            return Startup.Sample(trial, []);
        }

        int best = Math.Min((int)Math.Ceiling(BestShare * results), MostBest);
        var chosen = Sorted([.. seen.Where(HasResult)]).Take(best).ToHashSet<SeenTrial>(ReferenceEqualityComparer.Instance);
        ParzenEstimator l = Density([.. seen.Where(chosen.Contains)]);
        ParzenEstimator g = Density([.. seen.Where(one => !chosen.Contains(one))]);
        var generator = SeededGenerator.For(seed, FormattableString.Invariant($"tpe/{trial}"));
        var drawn = new List<(double[] Places, double Score)>(candidates);
        for (int i = 0; i < Math.Max(candidates, 1); i++)
        {
            double[] places = Candidate(l, ref generator);
            drawn.Add((places, l.LogDensity(places) - g.LogDensity(places)));
        }

        // Of equals the first.
        IReadOnlyDictionary<string, JsonElement>[] points = [.. drawn.OrderByDescending(one => one.Score).Select(one => Point(one.Places)).Take(known is null ? 1 : candidates)];
        return points.FirstOrDefault(point => known?.Contains(DistinctSampler.KeyOf(point)) != true) ?? points[0];
    }

    private bool HasResult(SeenTrial trial) =>
        trial.Objective is { } objective && double.IsFinite(objective) && (Second is null || (trial.Second is { } second && double.IsFinite(second)));

    /// <summary>The best first. Of two objectives that is the Pareto front, then the front of the rest, and so on (Ozaki et al., "Multiobjective TPE", 2020).</summary>
    private IEnumerable<SeenTrial> Sorted(IReadOnlyList<SeenTrial> trials) => Second is { } second
        ? ParetoFront.Sort(trials, one => ParetoFront.Cost(one.Objective!.Value, goal), one => ParetoFront.Cost(one.Second!.Value, second))
        : trials.OrderBy(one => ParetoFront.Cost(one.Objective!.Value, goal));

    private ParzenEstimator Density(IReadOnlyList<SeenTrial> trials) => new(space.Dimensions, [.. trials.Select(trial => Places(trial.Parameters))], Weights(trials.Count));

    /// <summary>The newest trials count in full, older ones less and less: the search has moved on since.</summary>
    private static double[] Weights(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i >= count - FullWeights ? 1 : (1.0 / count) + ((1 - (1.0 / count)) * i / Math.Max(1, count - FullWeights - 1)))];

    private double[] Places(IReadOnlyDictionary<string, JsonElement> parameters) => [.. space.Dimensions.Select(dimension =>
        !parameters.TryGetValue(dimension.Name, out JsonElement value) ? double.NaN : dimension.IsOrdered ? dimension.Unit(value) : dimension.IndexOf(value))];

    /// <summary>A draw from a density; NaN where a parameter is not there.</summary>
    private double[] Candidate(ParzenEstimator density, ref SeededGenerator generator)
    {
        int kernel = density.DrawKernel(ref generator);
        var places = new double[space.Dimensions.Count];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = density.Draw(kernel, i, ref generator);
        }

        if (hasConditions)
        {
            IReadOnlyDictionary<string, JsonElement> point = Point(places);
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = point.ContainsKey(space.Dimensions[i].Name) ? places[i] : double.NaN;
            }
        }

        return places;
    }

    private IReadOnlyDictionary<string, JsonElement> Point(double[] places) =>
        space.Point(i => space.Dimensions[i].IsOrdered ? space.Dimensions[i].At(places[i]) : space.Dimensions[i].Value((long)places[i]));
}

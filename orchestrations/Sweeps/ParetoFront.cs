using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>
/// Trials of a sweep with two objectives that no other beats in both: better in one, and not worse in the other (Pareto). Ranks and crowding are those of
/// NSGA-II (Deb et al., "A fast and elitist multiobjective genetic algorithm", 2002).
/// </summary>
internal static class ParetoFront
{
    /// <summary>As below, of statuses.</summary>
    public static IReadOnlyList<string>? Of(IEnumerable<TrialStatus> trials, SweepDefinition sweep) => Of(trials.Select(trial => (trial.Id, trial.State, trial.Objective, trial.Second)), sweep);

    /// <summary>The ids of the completed trials on the front, the best in the first objective first; null where the sweep has one objective.</summary>
    public static IReadOnlyList<string>? Of(IEnumerable<(string Id, TrialState State, double? First, double? Second)> trials, SweepDefinition sweep)
    {
        if (sweep.Second is not { } second)
        {
            return null;
        }

        (string Id, double First, double Second)[] points =
        [
            .. trials.Where(trial => trial is { State: TrialState.Completed, First: not null, Second: not null } && double.IsFinite(trial.First.Value) && double.IsFinite(trial.Second.Value))
                .Select(trial => (trial.Id, Cost(trial.First!.Value, sweep.Objective.Goal), Cost(trial.Second!.Value, second.Goal))).OrderBy(point => point.Item2).ThenBy(point => point.Item3),
        ];
        return [.. Front(points, point => point.First, point => point.Second).Select(point => point.Id)];
    }

    /// <summary>Sorts by what a multi-objective search prefers: the front first, then the front of the rest, and so on; within a front, those that are far from others.</summary>
    /// <param name="points">What to sort.</param>
    /// <param name="first">The first objective, of which less is better.</param>
    /// <param name="second">The second, likewise.</param>
    public static IReadOnlyList<T> Sort<T>(IReadOnlyList<T> points, Func<T, double> first, Func<T, double> second)
        where T : class
    {
        var sorted = new List<T>(points.Count);
        List<T> left = [.. points.OrderBy(first).ThenBy(second)];
        while (left.Count > 0)
        {
            List<T> front = [.. Front(left, first, second)];
            sorted.AddRange(front.Index().OrderByDescending(one => Crowding(front, one.Index, first, second)).ThenBy(one => one.Index).Select(one => one.Item));
            var taken = front.ToHashSet<T>(ReferenceEqualityComparer.Instance);
            left.RemoveAll(taken.Contains);
        }

        return sorted;
    }

    /// <summary>A goal turned so that less is better.</summary>
    public static double Cost(double value, ObjectiveGoal goal) => goal == ObjectiveGoal.Minimize ? value : -value;

    /// <summary>The front of points that are sorted by their first objective, and by the second where they are equal in that. Equal points are all on it.</summary>
    private static IEnumerable<T> Front<T>(IEnumerable<T> sorted, Func<T, double> first, Func<T, double> second)
    {
        double least = double.PositiveInfinity;
        double at = double.NaN;
        foreach (T point in sorted)
        {
            if (second(point) < least || (second(point) == least && first(point) == at))
            {
                (least, at) = (second(point), first(point));
                yield return point;
            }
        }
    }

    /// <summary>How far the neighbours of a point are from each other, as a share of the front; without end for those at its ends.</summary>
    private static double Crowding<T>(List<T> front, int i, Func<T, double> first, Func<T, double> second)
    {
        return i == 0 || i == front.Count - 1 ? double.PositiveInfinity : Share(first) + Share(second);

        double Share(Func<T, double> objective)
        {
            double whole = Math.Abs(objective(front[^1]) - objective(front[0]));
            return whole > 0 ? Math.Abs(objective(front[i + 1]) - objective(front[i - 1])) / whole : 0;
        }
    }
}

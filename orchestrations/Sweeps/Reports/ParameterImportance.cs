using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>What a parameter has to do with the objective.</summary>
/// <param name="Parameter">Its name.</param>
/// <param name="Share">
/// The share of the variance among the trials' ranks that is gone once the parameter's value is known, 0 to 1: a first-order sensitivity index
/// from given data. What a parameter does only together with others is not in it. Null where too few trials have a value and an objective.
/// </param>
/// <param name="Trials">The trials that it rests on.</param>
public sealed record ParameterImportance(string Parameter, double? Share, int Trials)
{
    private const int LeastTrials = 6;
    private const int LeastInClass = 2;
    private const int MostClasses = 10;

    /// <summary>
    /// The importance of each parameter that varies, the most important first. The trials are parted into classes by the parameter's value, a class for
    /// each value of a choice and equally many in each of about √n classes otherwise, and the variance between the classes is
    /// compared with all of it (Plischke, Borgonovo and Smith, "Global sensitivity measures from given data", 2013), less what classes without a meaning would
    /// explain (Kelley, "An unbiased correlation ratio measure", 1935). Ranks stand for the objective (Conover and Iman, "Rank
    /// transformations", 1981), so that one trial that diverged does not outweigh all others.
    /// </summary>
    public static IReadOnlyList<ParameterImportance> Of(SearchSpace space, IReadOnlyList<TrialSummary> trials)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(trials);
        TrialSummary[] usable = [.. trials.Where(trial => trial is { Objective: { } objective, Parameters: not null } && double.IsFinite(objective))];
        return
        [
            .. space.Dimensions.Where(dimension => dimension.Count != 1).Select(dimension => Of(dimension, usable)).OrderByDescending(importance => importance.Share ?? -1)
                .ThenBy(importance => importance.Parameter, StringComparer.Ordinal),
        ];
    }

    private static ParameterImportance Of(Dimension dimension, TrialSummary[] trials)
    {
        // A parameter that is there only under conditions is judged among the trials that have it.
        (double Place, double Objective)[] points =
        [
            .. trials.Where(trial => trial.Parameters!.TryGetValue(dimension.Name, out JsonElement value) && dimension.Refusal(value) is null)
                .Select(trial => (Place(dimension, trial.Parameters![dimension.Name]), trial.Objective!.Value)).OrderBy(point => point.Item1),
        ];
        if (points.Length < LeastTrials)
        {
            return new ParameterImportance(dimension.Name, null, points.Length);
        }

        double[] ranks = Ranks([.. points.Select(point => point.Objective)]);
        int[] classes = Classes(dimension, [.. points.Select(point => point.Place)]);
        int count = classes[^1] + 1;
        double total = Spread(ranks);
        double within = ranks.Zip(classes).GroupBy(one => one.Second).Sum(group => Spread([.. group.Select(one => one.First)]));
        double? share = count == points.Length ? null
            : total == 0 || count == 1 ? 0
            : Math.Clamp(1 - (within / (points.Length - count) / (total / (points.Length - 1))), 0, 1);
        return new ParameterImportance(dimension.Name, share, points.Length);
    }

    private static double Place(Dimension dimension, JsonElement value) => dimension.IsOrdered ? dimension.Unit(value) : dimension.IndexOf(value);

    /// <summary>The class of each of some places in order, from 0; equal places are in one.</summary>
    private static int[] Classes(Dimension dimension, double[] places)
    {
        var wanted = Math.Clamp((int)Math.Sqrt(places.Length), 2, Math.Min(MostClasses, places.Length / LeastInClass));
        int size = dimension.IsOrdered ? (places.Length + wanted - 1) / wanted : 1;
        var classes = new int[places.Length];
        int begun = 0;
        for (int i = 1; i < places.Length; i++)
        {
            bool next = places[i] > places[i - 1] && i - begun >= size;
            classes[i] = classes[i - 1] + (next ? 1 : 0);
            begun = next ? i : begun;
        }

        return classes;
    }

    /// <summary>Ranks from 0; equal values share the middle of theirs.</summary>
    private static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        var ranks = new double[values.Length];
        for (int first = 0; first < order.Length;)
        {
            int last = first;
            while (last + 1 < order.Length && values[order[last + 1]] == values[order[first]])
            {
                last++;
            }

            for (int i = first; i <= last; i++)
            {
                ranks[order[i]] = (first + last) / 2.0;
            }

            first = last + 1;
        }

        return ranks;
    }

    /// <summary>The sum of the squared distances from the mean.</summary>
    private static double Spread(double[] values)
    {
        double mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }
}

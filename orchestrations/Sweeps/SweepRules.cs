using System.Xml;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Sweeps;

/// <summary>Says when a sweep has done enough.</summary>
internal static class SweepRules
{
    /// <summary>The rule that is met, in a sentence; null while none is. Time is left to a timer.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="ended">The trials that have ended, in the order in which they did.</param>
    /// <param name="sweep">The sweep.</param>
    public static string? Reached(this StopRules rules, IReadOnlyList<TrialStatus> ended, SweepDefinition sweep)
    {
        ObjectiveDefinition objective = sweep.Objective;
        double? best = null;
        int since = 0;
        foreach (TrialStatus trial in ended)
        {
            bool better = trial is { State: TrialState.Completed, Objective: { } value } && double.IsFinite(value) && (best is null || objective.IsBetter(value, best.Value));
            (best, since) = better ? (trial.Objective, 0) : (best, since + 1);
        }

        if (rules.Target is { } target && best is { } reached && !objective.IsBetter(target, reached))
        {
            return FormattableString.Invariant($"sweep.stop.target is reached: {objective.Metric} is {reached:G6}");
        }

        if (rules.TrialsWithoutImprovement is { } most && best is not null && since >= most)
        {
            return FormattableString.Invariant($"sweep.stop.trialsWithoutImprovement: the last {since} trials were no better than {best:G6}");
        }

        double cost = ended.Sum(trial => trial.OnNodes.TotalHours) * sweep.Nodes * rules.NodeUsdPerHour;
        return rules.CostUsd is { } limit && cost >= limit
            ? FormattableString.Invariant($"sweep.stop.costUsd is spent: {ended.Count} trials have cost {cost:0.00} of {limit:0.00} USD")
            : null;
    }

    /// <summary>What is said of a sweep whose time is over.</summary>
    public static string TimeIsOver(TimeSpan time) => $"sweep.stop.time is over: {XmlConvert.ToString(time)}";
}

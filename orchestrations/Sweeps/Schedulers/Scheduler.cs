using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Sweeps.Schedulers;

/// <summary>
/// Decides how far trials are trained. What it decides depends on nothing but the trials as they are given, so that a replayed orchestration
/// comes to the same.
/// </summary>
public interface IScheduler
{
    /// <summary>
    /// What a free slot does next: a new trial, or one that goes on. Null: nothing as things stand; when nothing is under way either, the sweep
    /// is over.
    /// </summary>
    /// <param name="begun">All trials begun so far, by their numbers.</param>
    TrialStep? Next(IReadOnlyList<TrialCurve> begun);

    /// <summary>Whether a trial under way is not worth going on with.</summary>
    /// <param name="running">The trial.</param>
    /// <param name="begun">All trials begun so far, that one among them.</param>
    bool ShouldStop(TrialCurve running, IReadOnlyList<TrialCurve> begun);
}

/// <summary>The schedulers of pipelines.</summary>
public static class SchedulerFactory
{
    /// <summary>The scheduler of a sweep.</summary>
    public static IScheduler CreateScheduler(this SweepDefinition sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ObjectiveGoal goal = sweep.Objective.Goal;
        return sweep.Scheduler switch
        {
            { Type: SchedulerKind.Median } median => new MedianStop(sweep.Trials, sweep.Budget, goal, median.Grace, median.CompareWith),
            { Type: SchedulerKind.Asha } asha => new AshaScheduler(sweep.Trials, sweep.Budget, goal, asha.Minimum, asha.Reduction),
            { Type: SchedulerKind.Hyperband } hyperband => new HyperbandScheduler(sweep.Trials, sweep.Budget, goal, hyperband.Minimum, hyperband.Reduction),
            { Type: SchedulerKind.Pbt } pbt => new PopulationScheduler(sweep.Trials, sweep.Budget, goal, sweep.Seed, pbt.Interval, pbt.QuantileFraction),
            _ => new FullTraining(sweep.Trials, sweep.Budget),
        };
    }
}

/// <summary>Something to do: to train a trial on, or from the beginning, to a budget.</summary>
/// <param name="Trial">The trial's number, from 0.</param>
/// <param name="Budget">Epochs to have trained in total.</param>
public sealed record TrialStep(int Trial, int Budget)
{
    /// <summary>The trial whose checkpoint and parameters, as of the budget that this trial rests at, it goes on from; null: its own.</summary>
    public int? From { get; init; }
}

/// <summary>Where a trial stands, as far as a scheduler is concerned.</summary>
public enum TrialPhase
{
    /// <summary>On its way to its budget.</summary>
    Running,

    /// <summary>At its budget; it may go on.</summary>
    Reached,

    /// <summary>Failed, or stopped; it never goes on.</summary>
    Ended,
}

/// <summary>A value that a trial reported.</summary>
/// <param name="Epoch">When.</param>
/// <param name="Objective">What; may be NaN.</param>
public readonly record struct CurvePoint(double Epoch, double Objective);

/// <summary>A trial as a scheduler sees it.</summary>
/// <param name="Trial">The trial's number, from 0.</param>
/// <param name="Budget">The epochs that it was last told to have trained.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Points">What it reported, in that order. An epoch may be missing, or come again after a preemption.</param>
public sealed record TrialCurve(int Trial, int Budget, TrialPhase Phase, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>The last epoch of which there is a usable value; 0 before the first.</summary>
    public double LastEpoch => Usable().Select(point => point.Epoch).DefaultIfEmpty().Max();

    /// <summary>What the trial had come to at an epoch: the value of the last epoch up to it, as last reported. Null: nothing.</summary>
    public double? At(double epoch)
    {
        CurvePoint? latest = null;
        foreach (CurvePoint point in Points)
        {
            if (IsUsable(point) && point.Epoch <= epoch && (latest is null || point.Epoch >= latest.Value.Epoch))
            {
                latest = point;
            }
        }

        return latest?.Objective;
    }

    /// <summary>The values up to an epoch, one for each that was reported, as last reported.</summary>
    public IReadOnlyCollection<double> Until(double epoch)
    {
        var values = new SortedDictionary<double, double>();
        foreach (CurvePoint point in Usable().Where(point => point.Epoch <= epoch))
        {
            values[point.Epoch] = point.Objective;
        }

        return values.Values;
    }

    private IEnumerable<CurvePoint> Usable() => Points.Where(IsUsable);

    private static bool IsUsable(CurvePoint point) => double.IsFinite(point.Objective) && double.IsFinite(point.Epoch);
}

/// <summary>The budgets at which trials are compared, and who is ahead there.</summary>
internal static class Rungs
{
    /// <summary>
    /// From <paramref name="minimum"/> to <paramref name="budget"/>, each <paramref name="reduction"/> times the one before; the last step may
    /// be smaller.
    /// </summary>
    public static IReadOnlyList<int> Of(int minimum, int budget, int reduction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, minimum);
        ArgumentOutOfRangeException.ThrowIfLessThan(reduction, 2);
        var rungs = new List<int>();
        for (long rung = minimum; rung < budget; rung *= reduction)
        {
            rungs.Add((int)rung);
        }

        return [.. rungs, budget];
    }

    /// <summary>Whether a trial has a value at a budget that it was trained to.</summary>
    public static bool HasReached(this TrialCurve trial, int budget) =>
        (trial.Budget > budget || (trial.Budget == budget && trial.Phase == TrialPhase.Reached)) && trial.At(budget) is not null;

    /// <summary>Trials that have reached a budget, the best there first; of equals the first.</summary>
    public static IEnumerable<TrialCurve> BestAt(this IEnumerable<TrialCurve> trials, int budget, ObjectiveGoal goal) =>
        trials.OrderBy(trial => goal == ObjectiveGoal.Minimize ? trial.At(budget)!.Value : -trial.At(budget)!.Value).ThenBy(trial => trial.Trial);
}

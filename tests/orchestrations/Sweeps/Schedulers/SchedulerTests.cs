using DurableMl.Bench.Sweeps.Problems;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Schedulers;
using FsCheck;
using FsCheck.Fluent;

namespace Orchestrations.Tests.Sweeps.Schedulers;

[TestClass]
public sealed class SchedulerTests
{
    private const ObjectiveGoal Goal = ObjectiveGoal.Maximize;

    [TestMethod]
    public void ASHA_reaches_the_best_of_full_training_with_at_most_a_quarter_of_its_epochs()
    {
        SchedulerAgainstFullTraining compared = LearningCurves.Compare(trials => new AshaScheduler(trials, 81, Goal), repetitions: 20, trials: 64, budget: 81, slots: 16);

        Assert.IsTrue(Search.Median(compared.Shares) <= 0.25, string.Join(", ", compared.Shares.Order().Select(share => $"{share:P0}")));
    }

    [TestMethod]
    public void ASHA_lets_the_best_of_three_go_on_and_takes_higher_rungs_first()
    {
        var asha = new AshaScheduler(trials: 100, budget: 9, Goal);
        TrialCurve[] begun = [At(0, 1, 0.1), At(1, 1, 0.3), At(2, 1, 0.2)];

        Assert.AreEqual(new TrialStep(1, 3), asha.Next(begun));

        begun[1] = begun[1] with { Budget = 3, Phase = TrialPhase.Running };
        Assert.AreEqual(new TrialStep(3, 1), asha.Next(begun), "one in three has gone on already");

        TrialCurve[] higher = [At(0, 3, 0.1), At(1, 3, 0.3), At(2, 3, 0.2), At(3, 1, 0.9), At(4, 1, 0.01), At(5, 1, 0.02)];
        Assert.AreEqual(new TrialStep(1, 9), asha.Next(higher));
    }

    [TestMethod]
    public void Where_less_is_better_the_lowest_goes_on() =>
        Assert.AreEqual(new TrialStep(0, 3), new AshaScheduler(100, 9, ObjectiveGoal.Minimize).Next([At(0, 1, 0.1), At(1, 1, 0.3), At(2, 1, 0.2)]));

    [TestMethod]
    public void A_trial_that_failed_or_reported_no_number_does_not_go_on()
    {
        TrialCurve[] begun = [At(0, 1, 0.9) with { Phase = TrialPhase.Ended }, At(1, 1, double.NaN), At(2, 1, 0.3), At(3, 1, 0.2), At(4, 1, 0.1)];

        Assert.AreEqual(new TrialStep(2, 3), new AshaScheduler(100, 9, Goal).Next(begun));
    }

    [TestMethod]
    public void Hyperband_begins_its_brackets_as_in_the_paper()
    {
        // Table 1 of Li et al., 2018: with 81 epochs and a reduction of 3, brackets of 81, 34, 15, 8 and 5 trials that begin with 1, 3, 9, 27 and 81.
        var hyperband = new HyperbandScheduler(trials: 1000, budget: 81, Goal);
        var begun = new List<TrialCurve>();
        while (begun.Count < 143)
        {
            TrialStep step = hyperband.Next(begun)!;
            Assert.AreEqual(begun.Count, step.Trial, "nothing has reached its budget, so nothing goes on");
            begun.Add(new TrialCurve(step.Trial, step.Budget, TrialPhase.Running, []));
        }

        CollectionAssert.AreEqual(
            new[] { (1, 81), (3, 34), (9, 15), (27, 8), (81, 5) },
            begun.GroupBy(trial => trial.Budget).Select(group => (group.Key, group.Count())).Order().ToArray());
        Assert.AreEqual(new TrialStep(143, 1), hyperband.Next(begun), "the brackets begin anew");
    }

    [TestMethod]
    public void A_round_of_Hyperband_waits_for_all_of_the_one_before()
    {
        var hyperband = new HyperbandScheduler(trials: 5, budget: 9, Goal);
        TrialCurve[] begun = [.. Enumerable.Range(0, 5).Select(i => At(i, 1, i / 10.0))];

        Assert.AreEqual(new TrialStep(4, 3), hyperband.Next(begun));

        begun[2] = begun[2] with { Phase = TrialPhase.Running };
        Assert.IsNull(hyperband.Next(begun));
    }

    [TestMethod]
    public void Median_stop_ends_a_trial_that_was_never_as_good_as_half_of_the_others()
    {
        var median = new MedianStop(trials: 10, budget: 3, Goal, grace: 2, least: 3);
        TrialCurve[] done = [Curve(0, 0.1, 0.2, 0.3), Curve(1, 0.3, 0.4, 0.5), Curve(2, 0.5, 0.6, 0.7)];

        Assert.IsTrue(Stops(done, 0.3, 0.34), "the median of 0.15, 0.35 and 0.55 is 0.35");
        Assert.IsFalse(Stops(done, 0.36, 0.3), "its best counts, not its last");
        Assert.IsFalse(Stops(done, 0.01), "it is within its grace");
        Assert.IsFalse(Stops(done[..2], 0.01, 0.01), "there are too few to compare with");

        bool Stops(TrialCurve[] others, params double[] values)
        {
            TrialCurve own = Curve(9, values) with { Phase = TrialPhase.Running };
            return median.ShouldStop(own, [.. others, own]);
        }
    }

    [TestMethod]
    public void Epochs_that_are_missing_or_repeated_or_not_numbers_do_no_harm()
    {
        var curve = new TrialCurve(0, 5, TrialPhase.Running, [new(1, 0.1), new(2, 0.2), new(2, 0.25), new(1, 0.15), new(4, double.NaN), new(double.NaN, 1), new(3, double.PositiveInfinity)]);

        Assert.AreEqual((0.25, 0.15, null, 2.0), (curve.At(5), curve.At(1), curve.At(0.5), curve.LastEpoch));
        CollectionAssert.AreEqual(new[] { 0.15, 0.25 }, curve.Until(5).ToArray());
    }

    [TestMethod]
    public void Whatever_the_trials_come_to_each_scheduler_ends_and_keeps_to_its_budgets() =>
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (seed, size, length) =>
        {
            (int trials, int budget) = ((size.Get % 20) + 1, (length.Get % 12) + 1);
            foreach (IScheduler scheduler in Schedulers(trials, budget))
            {
                SimulatedTraining training = new LearningCurves(seed.Get).Train(scheduler, slots: 4, target: double.MaxValue, mostEpochs: int.MaxValue);

                Assert.AreEqual(trials, training.Trials.Count, "all trials have begun");
                Assert.IsTrue(training.Trials.All(trial => trial.Budget <= budget && trial.Points.Count <= trial.Budget));
                Assert.IsNull(scheduler.Next(training.Trials));
                Assert.AreEqual(training.Epochs, new LearningCurves(seed.Get).Train(scheduler, 4, double.MaxValue, int.MaxValue).Epochs, "the same again");
            }
        }).QuickCheckThrowOnFailure();

    private static IScheduler[] Schedulers(int trials, int budget) =>
        [new FullTraining(trials, budget), new MedianStop(trials, budget, Goal), new AshaScheduler(trials, budget, Goal, 1, 2), new HyperbandScheduler(trials, budget, Goal)];

    private static TrialCurve At(int trial, int budget, double value) => new(trial, budget, TrialPhase.Reached, [.. Enumerable.Range(1, budget).Select(epoch => new CurvePoint(epoch, value))]);

    private static TrialCurve Curve(int trial, params double[] values) =>
        new(trial, values.Length, TrialPhase.Reached, [.. values.Select((value, i) => new CurvePoint(i + 1, value))]);
}

using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps;

[TestClass]
public sealed class ParetoFrontTests
{
    private static readonly SweepDefinition Sweep = PipelineJson.Definition().Sweep with
    {
        Objective = new ObjectiveDefinition("accuracy", ObjectiveGoal.Maximize),
        Second = new ObjectiveDefinition("milliseconds", ObjectiveGoal.Minimize),
    };

    [TestMethod]
    public void On_the_front_is_who_is_beaten_by_none_in_both()
    {
        TrialStatus[] trials =
        [
            Trial(0, 0.9, 10), Trial(1, 0.8, 5), Trial(2, 0.8, 6), Trial(3, 0.7, 5), Trial(4, 0.6, 1), Trial(5, 0.9, 10), Trial(6, double.NaN, 0), Trial(7, 0.99, null),
            Trial(8, 0.999, 1) with { State = TrialState.Failed },
        ];

        CollectionAssert.AreEqual(new[] { "trial-000", "trial-005", "trial-001", "trial-004" }, ParetoFront.Of(trials, Sweep)!.ToArray());
        Assert.IsNull(ParetoFront.Of(trials, Sweep with { Second = null }), "one objective has a best, and no front");
    }

    [TestMethod]
    public void No_trial_of_a_later_front_beats_one_of_an_earlier()
    {
        (double A, double B)[] points = [.. Enumerable.Range(0, 200).Select(i => ((double)(i * 37 % 101), (double)(i * 53 % 103)))];
        object[] given = [.. points.Cast<object>()];

        (double A, double B)[] sorted = [.. ParetoFront.Sort(given, point => ((ValueTuple<double, double>)point).Item1, point => ((ValueTuple<double, double>)point).Item2).Cast<(double, double)>()];

        CollectionAssert.AreEquivalent(points, sorted);
        for (int i = 0; i < sorted.Length; i++)
        {
            Assert.IsFalse(sorted.Skip(i + 1).Any(later => later.A <= sorted[i].A && later.B <= sorted[i].B && later != sorted[i]), $"{sorted[i]} is beaten by one that comes later");
        }
    }

    [TestMethod]
    public void The_best_is_the_best_in_the_first_objective_and_of_equals_the_better_in_the_second() =>
        Assert.AreEqual("trial-002", BestTrial.Of([Trial(0, 0.8, 1), Trial(1, 0.9, 10), Trial(2, 0.9, 7)], Sweep)!.Trial);

    [TestMethod]
    public void TPE_with_two_objectives_looks_where_either_is_good()
    {
        // Good accuracy lies at x = 0, little time at x = 1, and nothing in between.
        var space = new SearchSpace(new Dictionary<string, ParameterDefinition> { ["x"] = new(ParameterKind.Uniform, 0, 1, []), ["y"] = new(ParameterKind.Uniform, 0, 1, []) });
        var sampler = new TpeSampler(space, ObjectiveGoal.Minimize, seed: 5) { Second = ObjectiveGoal.Minimize };
        var seen = new List<SeenTrial>();
        for (int trial = 0; trial < 80; trial++)
        {
            IReadOnlyDictionary<string, JsonElement> point = sampler.Sample(trial, seen);
            double x = point["x"].GetDouble(), y = point["y"].GetDouble();
            seen.Add(new SeenTrial(point, x + (5 * y)) { Second = 1 - x + (5 * y) });
        }

        // Every x is on the front where y is 0: the search is to go down in y and not to one end of x.
        SeenTrial[] late = [.. seen.Skip(40)];
        Assert.IsLessThan(0.25, late.Average(trial => trial.Parameters["y"].GetDouble()));
        Assert.IsGreaterThan(0.4, late.Max(trial => trial.Parameters["x"].GetDouble()) - late.Min(trial => trial.Parameters["x"].GetDouble()));
    }

    [TestMethod]
    public void A_trial_that_does_not_report_its_second_objective_is_seen_by_its_name()
    {
        TrialObservation seen = ObserveTrial.Judge(running: true, null, new TrialProgress(1, new Dictionary<string, double> { ["accuracy"] = 0.5 }, EpochEnded: true), 0, "milliseconds", "sweep.secondObjective");

        Assert.AreEqual(TrialOutcomeKind.NonRetryable, seen.Outcome);
        StringAssert.Contains(seen.Message, "'milliseconds' of sweep.secondObjective");
    }

    private static TrialStatus Trial(int number, double? first, double? second) =>
        TrialStatus.NotBegun($"trial-{number:D3}") with { State = TrialState.Completed, Objective = first, Second = second };
}

using System.Text.Json;
using DurableMl.Bench.Sweeps.Problems;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Sweeps.Schedulers;
using DurableMl.Orchestrations.Training;
using FsCheck;
using FsCheck.Fluent;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Sweeps.Schedulers;

[TestClass]
public sealed class PopulationSchedulerTests
{
    private static readonly PopulationScheduler Eight = new(trials: 8, budget: 12, ObjectiveGoal.Maximize, seed: 3, interval: 4);

    [TestMethod]
    public void The_whole_population_begins_before_anybody_goes_on_and_whoever_is_behind_goes_first()
    {
        Assert.AreEqual(new TrialStep(3, 4), Eight.Next([At(0, 4, 0.1), At(1, 4, 0.2), At(2, 4, 0.3)]));

        TrialCurve[] begun = [.. Enumerable.Range(0, 8).Select(trial => At(trial, trial == 5 ? 4 : 8, 0.1 * trial))];
        Assert.AreEqual(new TrialStep(5, 8), Eight.Next(begun) is { } step ? step with { From = null } : null);

        Assert.IsNull(Eight.Next([.. begun.Select(trial => At(trial.Trial, 12, 0.5))]), "all are trained in full");
    }

    [TestMethod]
    public void The_worst_quarter_follows_one_of_the_best_quarter_and_the_others_go_on_by_themselves()
    {
        TrialCurve[] begun = [.. Enumerable.Range(0, 8).Select(trial => At(trial, 4, 0.1 * trial))];
        for (int trial = 0; trial < 8; trial++)
        {
            TrialStep step = Eight.Next(begun)!;
            Assert.AreEqual((trial, 8), (step.Trial, step.Budget));
            Assert.AreEqual(trial < 2, step.From is 6 or 7, $"trial {trial} follows {step.From}");
            Assert.IsTrue(trial < 2 || step.From is null);
            begun[trial] = begun[trial] with { Budget = 8, Phase = TrialPhase.Running };
        }
    }

    [TestMethod]
    public void Where_less_is_better_the_least_is_followed()
    {
        var scheduler = new PopulationScheduler(4, 2, ObjectiveGoal.Minimize, seed: 1);

        Assert.AreEqual(new TrialStep(0, 2) { From = 3 }, scheduler.Next([At(0, 1, 0.9), At(1, 1, 0.5), At(2, 1, 0.6), At(3, 1, 0.1)]));
    }

    [TestMethod]
    public void Trials_are_compared_with_those_that_have_been_at_the_same_budget()
    {
        var scheduler = new PopulationScheduler(5, 4, ObjectiveGoal.Maximize, seed: 1, interval: 2);
        TrialCurve[] begun = [Curve(0, 2, 0.3), Curve(1, 4, 0.1, 0.2, 0.8, 0.9), Curve(2, 2, 0.4), Curve(3, 2, 0.5), Curve(4, 2, 0.6) with { Phase = TrialPhase.Running }];

        Assert.IsNull(scheduler.Next(begun)!.From, "another was worse at the second epoch, whatever it has come to since; and who has not arrived does not count");

        begun[1] = Curve(1, 4, 0.1, 0.35, 0.8, 0.9);
        Assert.AreEqual(3, scheduler.Next(begun)!.From);
    }

    [TestMethod]
    public void The_worse_of_two_follows_the_better_and_the_first_goes_on_by_itself()
    {
        var scheduler = new PopulationScheduler(2, 4, ObjectiveGoal.Maximize, seed: 1, interval: 2);

        Assert.IsNull(scheduler.Next([At(0, 2, 0.1), At(1, 2, 0.9) with { Phase = TrialPhase.Running }])!.From);
        Assert.AreEqual(new TrialStep(1, 4) { From = 0 }, scheduler.Next([At(0, 4, 0.5) with { Phase = TrialPhase.Running }, At(1, 2, 0.1)]));
    }

    [TestMethod]
    public void A_trial_without_a_number_follows_and_is_not_followed_and_one_that_failed_has_left()
    {
        TrialCurve[] begun = [At(0, 4, double.NaN), At(1, 4, 0.9) with { Phase = TrialPhase.Ended }, .. Enumerable.Range(2, 6).Select(trial => At(trial, 4, 0.1 * trial))];

        Assert.IsTrue(Eight.Next(begun)!.From is 6 or 7);
        begun[0] = begun[0] with { Phase = TrialPhase.Ended };
        Assert.AreEqual(2, Eight.Next(begun)!.Trial);
    }

    [TestMethod]
    public void Whatever_the_trials_come_to_the_population_is_trained_in_full_and_the_same_again() =>
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (seed, size, length) =>
        {
            (int trials, int budget, int interval) = ((size.Get % 12) + 2, (length.Get % 12) + 2, (seed.Get % 3) + 1);
            SimulatedTraining training = Train();

            Assert.IsTrue(training.Trials.Count == trials && training.Trials.All(trial => trial.Budget == budget && trial.Points.Count == budget));
            CollectionAssert.AreEqual(training.Trials.Select(trial => trial.Points[^1]).ToArray(), Train().Trials.Select(trial => trial.Points[^1]).ToArray());

            SimulatedTraining Train() => new LearningCurves(seed.Get).Train(
                new PopulationScheduler(trials, budget, ObjectiveGoal.Maximize, seed.Get, interval, 0.5), slots: 3, target: double.MaxValue, mostEpochs: int.MaxValue);
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void What_is_explored_lies_within_the_space_and_follows_from_its_arguments() =>
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (seed, number) =>
        {
            var space = new SearchSpace(Space);
            var explorer = new ParameterExplorer(space, seed.Get);
            IReadOnlyDictionary<string, JsonElement> followed = new RandomSampler(space, seed.Get).Sample(number.Get, []);

            IReadOnlyDictionary<string, JsonElement> explored = explorer.Explore(followed, number.Get % 50, 4);

            Assert.IsEmpty(space.Check(explored, "$").ToArray());
            Assert.IsTrue(space.Dimensions.All(dimension => dimension.IsActive(explored) == explored.ContainsKey(dimension.Name)), "what depends on another is there where it has to be");
            Assert.AreEqual(JsonSerializer.Serialize(explored), JsonSerializer.Serialize(new ParameterExplorer(space, seed.Get).Explore(followed, number.Get % 50, 4)));
        }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Without_drawing_anew_a_number_becomes_four_or_six_fifths_and_a_choice_its_neighbour()
    {
        var space = new SearchSpace(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal)
        {
            ["rate"] = new(ParameterKind.LogUniform, 1e-4, 1, []),
            ["edge"] = new(ParameterKind.Uniform, 0, 0.5, []),
            ["units"] = new(ParameterKind.Int, 1, 9, []),
            ["steps"] = new(ParameterKind.Quantized, 0, 1, []) { Step = 0.25 },
            ["kind"] = new(ParameterKind.Choice, 0, 0, [Json("a"), Json("b"), Json("c")]),
            ["fixed"] = new(ParameterKind.Fixed, 0, 0, [Json("x")]),
        });
        var followed = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["rate"] = Json(0.01), ["edge"] = Json(0.5), ["units"] = Json(2), ["steps"] = Json(0.5), ["kind"] = Json("a"), ["fixed"] = Json("x"),
        };
        IReadOnlyDictionary<string, JsonElement>[] all = [.. Enumerable.Range(0, 64).Select(trial => new ParameterExplorer(space, 5, resample: 0).Explore(followed, trial, 1))];

        CollectionAssert.AreEquivalent(new[] { 0.008, 0.012 }, all.Select(one => one["rate"].GetDouble()).Distinct().ToArray());
        CollectionAssert.AreEquivalent(new[] { 0.4, 0.5 }, all.Select(one => one["edge"].GetDouble()).Distinct().ToArray(), "nothing leaves its range");
        CollectionAssert.AreEquivalent(new[] { 1, 3 }, all.Select(one => one["units"].GetInt32()).Distinct().ToArray(), "a step that would be rounded away is one");
        CollectionAssert.AreEquivalent(new[] { 0.25, 0.75 }, all.Select(one => one["steps"].GetDouble()).Distinct().ToArray());
        Assert.IsTrue(all.All(one => one["kind"].GetString() == "b" && one["fixed"].GetString() == "x"));
    }

    [TestMethod]
    public void Where_the_best_learning_rate_changes_as_training_goes_a_population_does_better_than_random_search_with_as_many_epochs()
    {
        PopulationAgainstRandom compared = ChangingOptimum.Compare(repetitions: 20);

        Assert.IsGreaterThan(Search.Median(compared.Random) + 0.1, Search.Median(compared.Population), $"{string.Join(' ', compared.Population)} / {string.Join(' ', compared.Random)}");
        Assert.IsTrue(compared.Population.Zip(compared.Random).Count(pair => pair.First > pair.Second) >= 18);
    }

    [TestMethod]
    public async Task A_sweep_lets_the_worst_go_on_from_the_best_with_parameters_near_theirs_and_keeps_who_followed_whom()
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep with
        {
            Trials = 40, Parallelism = 7, Budget = 6, Sampler = new SamplerDefinition(SamplerKind.Sobol), Repeats = true,
            Scheduler = new SchedulerDefinition(SchedulerKind.Pbt) { Interval = 2 },
            Parameters = new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal) { ["learning_rate"] = new(ParameterKind.LogUniform, 1e-5, 1, []) },
        };
        // The greater the rate, the better. The history is replayed execution by execution, and must do the same.
        var history = new SweepHistory("population") { Objective = trial => trial.Parameters["learning_rate"].GetDouble() };

        SweepResult result = await history.RunAsync(new SweepInput("run", "mnist", "v1", sweep));

        Assert.IsGreaterThan(1, history.Executions);
        Assert.AreEqual(40, result.Completed);
        Assert.IsTrue(result.Trials.All(trial => trial.Budget == 6));
        Assert.IsTrue(result.Trials.Any(trial => trial.Lineage is { Count: > 0 }));
        foreach (TrialInput[] trainings in history.Begun.GroupBy(trial => trial.TrialId).Select(group => group.ToArray()))
        {
            CollectionAssert.AreEqual(new int?[] { 2, 4, 6 }, trainings.Select(training => training.Budget).ToArray());
            TrialStatus end = result.Trials.Single(trial => trial.Id == trainings[0].TrialId);
            CollectionAssert.AreEqual(
                trainings.Select(training => training.Inherits).Where(inherits => inherits is not null).Select(inherits => (inherits!.TrialId, inherits.Budget)).ToArray(),
                (end.Lineage ?? []).Select(ancestor => (ancestor.Trial, ancestor.Epoch)).ToArray());
            for (int i = 1; i < trainings.Length; i++)
            {
                double own = Rate(trainings[i - 1]), now = Rate(trainings[i]);
                if (trainings[i].Inherits is not { } inherits)
                {
                    Assert.AreEqual(own, now, "it goes on as it was");
                    continue;
                }

                Assert.AreEqual(trainings[i - 1].Budget, inherits.Budget);
                Assert.IsGreaterThan(own, Rate(history.Begun.Single(other => other.TrialId == inherits.TrialId && other.Budget == inherits.Budget)), "the followed was better there");
                Assert.AreEqual(own, end.Lineage!.Single(ancestor => ancestor.Epoch == inherits.Budget).Replaced!["learning_rate"].GetDouble());
            }
        }

        static double Rate(TrialInput training) => training.Parameters["learning_rate"].GetDouble();
    }

    private static Dictionary<string, ParameterDefinition> Space => new(StringComparer.Ordinal)
    {
        ["rate"] = new(ParameterKind.LogUniform, 1e-4, 1, []),
        ["units"] = new(ParameterKind.Int, 1, 64, []) { Log = true },
        ["steps"] = new(ParameterKind.Quantized, -1, 1, []) { Step = 0.25 },
        ["optimizer"] = new(ParameterKind.Choice, 0, 0, [Json("adamw"), Json("sgd"), Json("none")]),
        ["momentum"] = new(ParameterKind.Uniform, 0, 0.99, []) { When = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal) { ["optimizer"] = [Json("sgd")] } },
        ["nesterov"] = new(ParameterKind.Choice, 0, 0, [Json(true), Json(false)]) { When = new Dictionary<string, IReadOnlyList<JsonElement>>(StringComparer.Ordinal) { ["optimizer"] = [Json("sgd"), Json("none")] } },
    };

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    private static TrialCurve At(int trial, int budget, double value) => new(trial, budget, TrialPhase.Reached, [.. Enumerable.Range(1, budget).Select(epoch => new CurvePoint(epoch, value))]);

    private static TrialCurve Curve(int trial, int budget, params double[] values) => new(trial, budget, TrialPhase.Reached, [.. values.Select((value, i) => new CurvePoint(i + 1, value))]);
}

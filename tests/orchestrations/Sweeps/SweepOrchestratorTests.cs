using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Sweeps;

[TestClass]
public class SweepOrchestratorTests
{
    [TestMethod]
    public async Task All_trials_run_and_the_best_by_the_objective_is_found()
    {
        var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.Succeeded, Number(attempt) == 4 ? 0.99 : 0.9));

        SweepResult result = await RunAsync(training);

        Assert.AreEqual(6, result.Trials.Count(trial => trial.State == TrialState.Completed));
        Assert.AreEqual(new BestTrial("trial-004", 0.99), result.Best);
        Assert.AreEqual(1, training.CleanedUp.Count);
        Assert.AreEqual("c0de", result.CodeSha256);
        Assert.AreEqual(6, training.Submitted.Select(attempt => attempt.Seed).Distinct().Count());
    }

    [TestMethod]
    public async Task One_failing_trial_of_six_is_borne_and_reported()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) == 2 ? Over(TrialOutcomeKind.NonRetryable, message: "diverged") : Over(TrialOutcomeKind.Succeeded, 0.9));

        SweepResult result = await RunAsync(training);

        Assert.IsNull(result.Stopped);
        Assert.AreEqual("diverged", result.Trials.Single(trial => trial.State == TrialState.Failed).Error);
        Assert.AreEqual(5, result.Trials.Count(trial => trial.State == TrialState.Completed));
    }

    [TestMethod]
    public async Task More_failures_than_allowed_end_the_other_trials()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) < 2 ? Over(TrialOutcomeKind.NonRetryable, message: "diverged") : Running());

        SweepResult result = await RunAsync(training);

        StringAssert.Contains(result.Stopped, "sweep.maxFailedTrials allows 1");
        Assert.AreEqual(4, result.Trials.Count(trial => trial.State == TrialState.Cancelled));
        CollectionAssert.AreEquivalent(new[] { 2, 3, 4, 5 }, training.Ended.Select(Number).ToArray());
        Assert.AreEqual(1, training.CleanedUp.Count);
    }

    [TestMethod]
    public async Task A_poisoned_trial_among_ten_costs_only_itself()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) == 7 ? throw new InvalidOperationException("poison") : Over(TrialOutcomeKind.Succeeded, 0.9));

        SweepResult result = await RunAsync(training, sweep => sweep with { Trials = 10, Retries = new RetryBudgets(0, 3, 0) });

        Assert.AreEqual("poison", result.Trials.Single(trial => trial.State == TrialState.Failed).Error);
        Assert.AreEqual(9, result.Trials.Count(trial => trial.State == TrialState.Completed));
    }

    [TestMethod]
    public async Task No_more_trials_than_the_window_are_under_way()
    {
        int running = 0;
        int most = 0;
        var training = new ScriptedTraining((_, look) =>
        {
            lock (this)
            {
                running += look == 1 ? 1 : -1;
                most = Math.Max(most, running);
            }

            return look == 1 ? Running() : Over(TrialOutcomeKind.Succeeded, 0.9);
        });

        await RunAsync(training, sweep => sweep with { Parallelism = 2 });

        Assert.IsTrue(most is > 0 and <= 2, $"{most}");
    }

    [TestMethod]
    public async Task Cancelling_ends_all_trials_and_removes_the_Batch_jobs()
    {
        var training = new ScriptedTraining((_, _) => Running());
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = Input(sweep => sweep with { Parallelism = 3 });
        string id = RunIds.Sweep(input.RunId);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SweepOrchestrator), input, new StartOrchestrationOptions(id));
        await hub.UntilAsync(RunIds.Trial(input.RunId, "trial-002"), instance => instance.SerializedCustomStatus?.Contains("running", StringComparison.Ordinal) == true);

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");
        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(id, true, hub.Timeout);

        SweepResult result = ended.ReadOutputAs<SweepResult>()!;
        Assert.IsTrue(result.Cancelled);
        Assert.AreEqual(6, result.Trials.Count(trial => trial.State == TrialState.Cancelled));
        Assert.AreEqual(3, training.Submitted.Count, "trials that had not begun never begin");
        Assert.AreEqual(3, training.Ended.Count);
        Assert.AreEqual(input.RunId, training.CleanedUp.Single());
    }

    [TestMethod]
    public async Task Batch_jobs_that_cannot_be_removed_cost_no_trial()
    {
        var training = new ScriptedTraining((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9)) { CleanUpFails = true };

        SweepResult result = await RunAsync(training);

        Assert.AreEqual((6, "trial-000"), (result.Trials.Count(trial => trial.State == TrialState.Completed), result.Best!.Trial));
    }

    [TestMethod]
    public async Task A_sampler_that_learns_is_given_the_trials_in_the_order_in_which_they_ended()
    {
        var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.Succeeded, attempt.Parameters["learning_rate"].GetDouble()));
        SweepInput input = Input(sweep => sweep with { Trials = 8, Parallelism = 1, Sampler = new SamplerDefinition(SamplerKind.Tpe, StartupTrials: 2) });

        SweepResult result = await RunAsync(training, input);

        ISampler sampler = input.Sweep.CreateSampler();
        var seen = new List<SeenTrial>();
        foreach (TrialAttempt attempt in training.Submitted)
        {
            string chosen = JsonSerializer.Serialize(sampler.Sample(Number(attempt), seen));
            Assert.AreEqual(chosen, JsonSerializer.Serialize(new SortedDictionary<string, JsonElement>(attempt.Parameters.ToDictionary(), StringComparer.Ordinal)));
            Assert.AreEqual(attempt.Parameters["learning_rate"].GetDouble(), result.Trials[Number(attempt)].Parameters!["learning_rate"].GetDouble());
            seen.Add(new SeenTrial(attempt.Parameters, attempt.Parameters["learning_rate"].GetDouble()));
        }

        Assert.AreEqual(8, seen.Count);
    }

    [TestMethod]
    public async Task A_target_that_is_reached_ends_the_sweep_with_what_it_has()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) == 5 ? Running() : Over(TrialOutcomeKind.Succeeded, Number(attempt) == 2 ? 0.95 : 0.9));

        SweepResult result = await RunAsync(training, sweep => sweep with { Parallelism = 1, Stop = new StopRules { Target = 0.95 } });

        Assert.AreEqual("sweep.stop.target is reached: validation_accuracy is 0.95", result.Finished);
        Assert.IsNull(result.Stopped);
        Assert.AreEqual(new BestTrial("trial-002", 0.95), result.Best);
        CollectionAssert.AreEqual(new[] { 0, 1, 2 }, training.Submitted.Select(Number).ToArray());
        Assert.AreEqual(3, result.Trials.Count(trial => trial.State == TrialState.Cancelled));
    }

    [TestMethod]
    public async Task When_its_time_is_over_the_trials_under_way_are_ended()
    {
        var training = new ScriptedTraining((_, _) => Running(0.99));

        SweepResult result = await RunAsync(training, sweep => sweep with { Parallelism = 2, Stop = new StopRules { Time = TimeSpan.FromSeconds(2) } });

        Assert.AreEqual("sweep.stop.time is over: PT2S", result.Finished);
        Assert.AreEqual((null, false, null), (result.Stopped, result.Cancelled, result.Best));
        Assert.IsTrue(result.Trials.All(trial => trial.State == TrialState.Cancelled));
        CollectionAssert.AreEquivalent(training.Submitted.Select(Number).ToArray(), training.Ended.Select(Number).ToArray());
        Assert.AreEqual(1, training.CleanedUp.Count);
    }

    [TestMethod]
    public async Task A_sweep_that_ends_within_its_time_does_not_wait_for_it()
    {
        var training = new ScriptedTraining((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));

        SweepResult result = await RunAsync(training, sweep => sweep with { Stop = new StopRules { Time = TimeSpan.FromDays(1) } });

        Assert.AreEqual((null, 6), (result.Finished, result.Trials.Count(trial => trial.State == TrialState.Completed)));
    }

    private static int Number(TrialAttempt attempt) => int.Parse(attempt.TrialId[^3..], System.Globalization.CultureInfo.InvariantCulture);

    private static SweepInput Input(Func<SweepDefinition, SweepDefinition>? change = null)
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep;
        return new SweepInput(Storage.NewName("run"), "mnist", "v1", change is null ? sweep : change(sweep));
    }

    private static Task<SweepResult> RunAsync(ScriptedTraining training, Func<SweepDefinition, SweepDefinition>? change = null) => RunAsync(training, Input(change));

    private static async Task<SweepResult> RunAsync(ScriptedTraining training, SweepInput input)
    {
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        OrchestrationMetadata ended = await hub.RunAsync(nameof(SweepOrchestrator), input);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<SweepResult>()!;
    }
}

using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
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

    private static int Number(TrialAttempt attempt) => int.Parse(attempt.TrialId[^3..], System.Globalization.CultureInfo.InvariantCulture);

    private static SweepInput Input(Func<SweepDefinition, SweepDefinition>? change = null)
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep;
        return new SweepInput(Storage.NewName("run"), "mnist", "v1", change is null ? sweep : change(sweep));
    }

    private static async Task<SweepResult> RunAsync(ScriptedTraining training, Func<SweepDefinition, SweepDefinition>? change = null)
    {
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        OrchestrationMetadata ended = await hub.RunAsync(nameof(SweepOrchestrator), Input(change));
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<SweepResult>()!;
    }
}

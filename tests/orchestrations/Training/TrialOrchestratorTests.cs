using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Training;

[TestClass]
public class TrialOrchestratorTests
{
    [TestMethod]
    public async Task A_trial_that_succeeds_is_submitted_once_and_completes()
    {
        var training = new ScriptedTraining((_, look) => look == 1 ? Waiting : Over(TrialOutcomeKind.Succeeded, 0.98));

        TrialStatus status = await RunAsync(training);

        Assert.AreEqual(new TrialStatus("trial-000", TrialState.Completed, 0.98, 3, 1, 0, false, null), status);
        Assert.AreEqual(1, training.Submitted.Count);
        Assert.AreEqual(0, training.Ended.Count);
    }

    [TestMethod]
    public async Task A_job_that_always_fails_is_tried_as_often_as_its_budget_says()
    {
        var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.JobFailure, message: $"exit code 1 in attempt {attempt.Attempt}"));

        TrialStatus status = await RunAsync(training, new RetryBudgets(2, 3, 5));

        Assert.AreEqual((TrialState.Failed, "exit code 1 in attempt 3", 3), (status.State, status.Error, status.Attempts));
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, training.Submitted.Select(attempt => attempt.Attempt).ToArray());
    }

    [TestMethod]
    public async Task A_job_that_fails_once_is_tried_again_and_completes_without_an_error()
    {
        var training = new ScriptedTraining((attempt, _) => attempt.Attempt == 1 ? Over(TrialOutcomeKind.JobFailure, message: "bad luck") : Over(TrialOutcomeKind.Succeeded, 0.9));

        TrialStatus status = await RunAsync(training);

        Assert.AreEqual((TrialState.Completed, null, 2), (status.State, status.Error, status.Attempts));
    }

    [TestMethod]
    public async Task Infrastructure_failures_have_a_budget_of_their_own()
    {
        var training = new ScriptedTraining((attempt, _) => attempt.Attempt < 3 ? Over(TrialOutcomeKind.InfrastructureFailure) : Over(TrialOutcomeKind.Succeeded, 0.9));

        TrialStatus status = await RunAsync(training, new RetryBudgets(0, 3, 2));

        Assert.AreEqual((TrialState.Completed, 3), (status.State, status.Attempts));
    }

    [TestMethod]
    public async Task Infrastructure_that_never_works_is_given_up()
    {
        var training = new ScriptedTraining((_, _) => Over(TrialOutcomeKind.InfrastructureFailure, message: "no image"));

        TrialStatus status = await RunAsync(training, new RetryBudgets(9, 9, 1));

        Assert.AreEqual((TrialState.Failed, "no image", 2), (status.State, status.Error, status.Attempts));
    }

    [TestMethod]
    public async Task Preemptions_cost_none_of_the_other_budgets()
    {
        var training = new ScriptedTraining((attempt, _) => attempt.Attempt < 3 ? Over(TrialOutcomeKind.Preempted) : Over(TrialOutcomeKind.Succeeded, 0.9));

        TrialStatus status = await RunAsync(training, new RetryBudgets(0, 5, 0));

        Assert.AreEqual((TrialState.Completed, 2, false), (status.State, status.Preemptions, status.Dedicated));
    }

    [TestMethod]
    public async Task Without_dedicated_nodes_a_preempted_trial_stays_on_spot_nodes()
    {
        var training = new ScriptedTraining((_, look) => look < 3 ? Running(restarts: 4) : Over(TrialOutcomeKind.Succeeded, 0.9, restarts: 4)) { HasDedicatedPool = false };

        TrialStatus status = await RunAsync(training);

        Assert.AreEqual((TrialState.Completed, 4, false, 1), (status.State, status.Preemptions, status.Dedicated, status.Attempts));
    }

    [TestMethod]
    public async Task A_budget_of_no_preemptions_starts_on_dedicated_nodes()
    {
        var training = new ScriptedTraining((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));

        Assert.IsTrue((await RunAsync(training, new RetryBudgets(0, 0, 0))).Dedicated);
    }

    [TestMethod]
    public async Task Cancelling_ends_the_task_under_way()
    {
        var training = new ScriptedTraining((_, _) => Running(0.4, 1));
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(TrialOrchestrator), Input(training, null));
        await hub.UntilAsync(id, instance => instance.SerializedCustomStatus?.Contains("running", StringComparison.Ordinal) == true);

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "no longer wanted");
        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(id, true, hub.Timeout);

        TrialStatus status = ended.ReadOutputAs<TrialReport>()!.Status;
        Assert.AreEqual((TrialState.Cancelled, "no longer wanted", 0.4), (status.State, status.Error, status.Objective));
        Assert.AreEqual(1, training.Ended.Single().Attempt);
    }

    [TestMethod]
    public async Task Events_of_results_are_taken_one_after_the_other()
    {
        var training = new ScriptedTraining((attempt, look) => look < 3 ? Running() : Over(TrialOutcomeKind.Succeeded, 0.9));
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        string id = Storage.NewName("trial");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(TrialOrchestrator), Input(training, null), new StartOrchestrationOptions(id));
        await hub.Client.RaiseEventAsync(id, RunEvents.TrialEnded, "");
        await hub.Client.RaiseEventAsync(id, RunEvents.TrialEnded, "");

        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(id, true, hub.Timeout);

        Assert.AreEqual(TrialState.Completed, ended.ReadOutputAs<TrialReport>()!.Status.State);
    }

    [TestMethod]
    public async Task A_long_wait_goes_on_in_new_executions_with_what_is_known_so_far()
    {
        // More looks than one execution takes. The events make them come without waiting for timers.
        var training = new ScriptedTraining((_, look) => look < 60 ? Running(0.1 * look, 1) : Over(TrialOutcomeKind.Succeeded, 0.9));
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        string id = Storage.NewName("trial");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(TrialOrchestrator), Input(training, null), new StartOrchestrationOptions(id));
        for (int i = 0; i < 70; i++)
        {
            await hub.Client.RaiseEventAsync(id, RunEvents.TrialEnded, "");
        }

        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(id, true, hub.Timeout);

        TrialStatus status = ended.ReadOutputAs<TrialReport>()!.Status;
        Assert.AreEqual((TrialState.Completed, 0.9, 1), (status.State, status.Objective, status.Attempts));
        Assert.AreEqual(1, training.Submitted.Count);
        Assert.IsNotNull(ended.ReadInputAs<TrialInput>()!.Record, "the last execution began with what earlier ones came to");
    }

    private static TrialInput Input(ScriptedTraining training, RetryBudgets? budgets)
    {
        SweepDefinition sweep = PipelineJson.Definition().Sweep;
        return new TrialInput(
            Storage.NewName("run"), "trial-000", "mnist", "v1", new Dictionary<string, System.Text.Json.JsonElement>(), 1,
            sweep with { Retries = budgets ?? sweep.Retries }, training.HasDedicatedPool);
    }

    private static async Task<TrialStatus> RunAsync(ScriptedTraining training, RetryBudgets? budgets = null)
    {
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        OrchestrationMetadata ended = await hub.RunAsync(nameof(TrialOrchestrator), Input(training, budgets));
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<TrialReport>()!.Status;
    }
}

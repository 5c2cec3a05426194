using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using NSubstitute;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Sweeps;

/// <summary>Sweeps with a scheduler. Training is scripted: a trial's objective is its number, in tenths.</summary>
[TestClass]
public sealed class ScheduledSweepTests
{
    private static readonly SchedulerDefinition Asha = new(SchedulerKind.Asha);

    [TestMethod]
    [DataRow(SchedulerKind.Asha)]
    [DataRow(SchedulerKind.Hyperband)]
    public async Task The_best_go_on_to_the_whole_budget_in_tasks_of_their_own_and_the_others_rest(SchedulerKind kind)
    {
        var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.Succeeded, Objective(attempt)));

        SweepResult result = await RunAsync(training, Sweep(new SchedulerDefinition(kind)));

        Assert.AreEqual(new BestTrial("trial-008", 0.8), result.Best);
        TrialAttempt[] best = [.. training.Submitted.Where(attempt => attempt.TrialId == "trial-008")];
        CollectionAssert.AreEqual(new[] { (1, 1), (2, 3), (3, 9) }, best.Select(attempt => (attempt.Attempt, attempt.Budget)).ToArray());
        Assert.AreEqual(1, best.Select(attempt => (attempt.Seed, attempt.Parameters["learning_rate"].GetDouble())).Distinct().Count());
        Assert.AreEqual(9, result.Trials.Single(trial => trial.Id == "trial-008").Budget);
        Assert.AreEqual((TrialState.Completed, 1), (result.Trials[0].State, result.Trials[0].Budget), "the worst got no more than the least");
        Assert.IsLessThan(9 * 9, training.Submitted.GroupBy(attempt => attempt.TrialId).Sum(trial => trial.Max(attempt => attempt.Budget)));
        Assert.AreEqual(1, training.CleanedUp.Count);
    }

    [TestMethod]
    public async Task A_slow_trial_holds_up_no_other()
    {
        ScriptedTraining? training = null;
        training = new ScriptedTraining((attempt, _) => Number(attempt) == 0 && !training!.Submitted.Any(other => other.Budget == 9) ? Running() : Over(TrialOutcomeKind.Succeeded, Objective(attempt)));

        SweepResult result = await RunAsync(training, Sweep(Asha) with { Parallelism = 2 });

        Assert.IsTrue(result.Trials.All(trial => trial.State == TrialState.Completed));
    }

    [TestMethod]
    public async Task What_is_decided_follows_from_the_results_in_their_order()
    {
        int[][] submitted = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.Succeeded, Objective(attempt)));
            await RunAsync(training, Sweep(Asha) with { Parallelism = 1 });
            return training.Submitted.Select(attempt => (100 * Number(attempt)) + attempt.Budget).ToArray();
        }));

        CollectionAssert.AreEqual(submitted[0], submitted[1]);
    }

    [TestMethod]
    public async Task Trials_without_a_number_and_failed_ones_do_not_go_on()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) switch
        {
            8 => Over(TrialOutcomeKind.NonRetryable, message: "diverged"),
            7 => Over(TrialOutcomeKind.Succeeded, objective: null),
            _ => Over(TrialOutcomeKind.Succeeded, Objective(attempt)),
        });

        SweepResult result = await RunAsync(training, Sweep(Asha));

        Assert.AreEqual(new BestTrial("trial-006", 0.6), result.Best);
        Assert.IsTrue(training.Submitted.Where(attempt => Number(attempt) >= 7).All(attempt => attempt is { Budget: 1, Attempt: 1 }));
    }

    [TestMethod]
    public async Task When_all_fail_the_sweep_ends_with_the_common_cause()
    {
        var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.NonRetryable, message: $"diverged at step {Number(attempt)}"));

        SweepResult result = await RunAsync(training, Sweep(Asha) with { MaxFailedTrials = 8, Parallelism = 3 });

        StringAssert.StartsWith(result.Stopped, "diverged at step");
        StringAssert.Contains(result.Stopped, "(9 of 9 trials)");
        Assert.IsNull(result.Best);
    }

    [TestMethod]
    public async Task A_trial_that_goes_on_when_the_sweep_is_cancelled_keeps_what_it_had_reached()
    {
        var training = new ScriptedTraining((attempt, _) => attempt.Budget == 1 ? Over(TrialOutcomeKind.Succeeded, Objective(attempt)) : Running(0.99));
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        SweepInput input = new(Storage.NewName("run"), "mnist", "v1", Sweep(Asha) with { Parallelism = 2 });
        string id = RunIds.Sweep(input.RunId);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SweepOrchestrator), input, new StartOrchestrationOptions(id));
        await Eventually.TrueAsync(() => training.Submitted.Count(attempt => attempt.Budget == 3) == 2, "two trials go on", cancellationToken: hub.Timeout);

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");
        SweepResult result = (await hub.Client.WaitForInstanceCompletionAsync(id, true, hub.Timeout)).ReadOutputAs<SweepResult>()!;

        Assert.AreEqual((true, "enough"), (result.Cancelled, result.Stopped));
        TrialStatus[] kept = [.. result.Trials.Where(trial => trial.State == TrialState.Completed)];
        Assert.IsTrue(kept.Count(trial => trial is { Attempts: 2, Budget: 1, Error: null }) == 2, string.Join(Environment.NewLine, result.Trials));
        Assert.AreEqual(kept.Max(trial => trial.Objective), result.Best!.Objective);
        Assert.AreEqual(2, training.Ended.Count);
    }

    [TestMethod]
    public async Task Median_stop_ends_a_trial_that_does_worse_than_the_others_did()
    {
        var training = new ScriptedTraining((attempt, look) => (Number(attempt), look) switch
        {
            (3, _) => Running(0.1, epoch: 2),
            (_, 1) => Running(0.5, epoch: 1),
            _ => Over(TrialOutcomeKind.Succeeded, 0.6 + Objective(attempt)),
        });
        SweepDefinition sweep = Sweep(new SchedulerDefinition(SchedulerKind.Median) { Grace = 2, CompareWith = 3 }) with { Trials = 5, Parallelism = 1 };

        SweepResult result = await RunAsync(training, sweep);

        Assert.AreEqual((TrialState.Stopped, 0.1), (result.Trials[3].State, result.Trials[3].Objective));
        Assert.AreEqual("sweep.scheduler: after epoch 2 it is worse than the median of the trials that have completed", result.Trials[3].Error);
        Assert.AreEqual("trial-003", training.Asked.Single().TrialId, "its job may save a checkpoint");
        Assert.AreEqual((new BestTrial("trial-004", 1.0), null), (result.Best, result.Stopped));
        Assert.IsTrue(training.Submitted.All(attempt => attempt.Budget == 9), "every trial is meant to be trained in full");
    }

    [TestMethod]
    public async Task A_sampler_that_learns_sees_what_trials_came_to_with_little_budget()
    {
        var training = new ScriptedTraining((attempt, _) => Over(TrialOutcomeKind.Succeeded, attempt.Parameters["learning_rate"].GetDouble()));

        SweepResult result = await RunAsync(training, Sweep(Asha) with { Parallelism = 1, Trials = 12, Sampler = new SamplerDefinition(SamplerKind.Tpe, StartupTrials: 4) });

        Assert.AreEqual(result.Trials.Max(trial => trial.Objective), result.Best!.Objective);
        Assert.IsTrue(result.Trials.All(trial => trial.Parameters!["learning_rate"].GetDouble().Equals(trial.Objective)), "each goes on with its own parameters");
    }

    [TestMethod]
    public async Task A_resumed_sweep_lets_trials_go_on_from_the_budgets_that_they_had_reached()
    {
        ScriptedTraining? training = null;
        training = new ScriptedTraining((attempt, _) =>
        {
            TrialFolder.Write(training!.Blobs!, attempt, Objective(attempt));
            return Over(TrialOutcomeKind.Succeeded, Objective(attempt));
        })
        {
            Blobs = await Storage.BlobsAsync(),
        };
        await training.Blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        SweepInput input = new(Storage.NewName("run"), "mnist", "v1", Sweep(Asha) with { Trials = 3 });
        await RunAsync(training, input);
        int before = training.Submitted.Count;

        SweepResult result = await RunAsync(training, input with { Sweep = input.Sweep with { Trials = 9 }, Resumed = true });

        Assert.IsFalse(training.Submitted.Skip(before).Any(attempt => Number(attempt) < 3 && attempt.Budget == 1), "nothing is trained twice");
        Assert.AreEqual((new BestTrial("trial-008", 0.8), 9), (result.Best, result.Trials[8].Budget));
    }

    [TestMethod]
    public async Task A_trial_that_is_lost_has_failed()
    {
        var input = new SweepInput("run", "mnist", "v1", Sweep(scheduler: null) with { Trials = 1 });
        var state = new SweepState(new SweepPreparation("c0de", HasDedicatedPool: false), DateTime.UnixEpoch) { Trials = [new SweptTrial(TrialStatus.NotBegun("trial-000"), 9) { Step = 1 }], Steps = 1 };
        var sweep = new SweepRun(Substitute.For<TaskOrchestrationContext>(), input, state);
        var lost = TrialReport.OfLost(1, "trial-000", "its orchestration was terminated");

        await sweep.FillAsync(toTheEnd: true, new TaskCompletionSource<string>().Task);
        sweep.Take(lost);
        sweep.Take(lost);

        Assert.IsTrue(sweep.IsOver);
        Assert.AreEqual((TrialState.Failed, lost.Status.Error), (sweep.Result().Trials[0].State, sweep.Result().Trials[0].Error));
    }

    [TestMethod]
    public void A_look_for_lost_trials_comes_at_its_time_in_whichever_execution_that_is()
    {
        TaskOrchestrationContext context = Substitute.For<TaskOrchestrationContext>();
        context.CurrentUtcDateTime.Returns(DateTime.UnixEpoch, DateTime.UnixEpoch.AddMinutes(9));
        var input = new SweepInput("run", "mnist", "v1", Sweep(scheduler: null) with { Trials = 2 });
        var state = new SweepState(new SweepPreparation("c0de", HasDedicatedPool: false), DateTime.UnixEpoch) { Trials = [UnderWay(0, step: 1)], Steps = 1 };
        var first = new SweepRun(context, input, state);
        Assert.AreEqual(DateTime.UnixEpoch.AddMinutes(10), first.PlanLook(TimeSpan.FromMinutes(10)));

        SweepState carried = JsonSerializer.Deserialize<SweepState>(JsonSerializer.Serialize(first.State, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
        var second = new SweepRun(context, input, carried with { Trials = [.. carried.Trials, UnderWay(1, step: 2)], Steps = 2 });
        Assert.AreEqual(DateTime.UnixEpoch.AddMinutes(10), second.PlanLook(TimeSpan.FromMinutes(10)), "it is not put off");
        CollectionAssert.AreEqual(new[] { new TrialUnderWay(1, "trial-000") }, second.TakeLook().ToArray(), "the other has begun since the look was planned");

        Assert.AreEqual(DateTime.UnixEpoch.AddMinutes(19), second.PlanLook(TimeSpan.FromMinutes(10)));
        Assert.HasCount(2, second.TakeLook());

        static SweptTrial UnderWay(int number, int step) => new(TrialStatus.NotBegun(RunIds.TrialId(number)), 9) { Step = step };
    }

    [TestMethod]
    public void A_trial_that_goes_on_although_it_was_told_to_end_is_told_once_more_at_the_next_look()
    {
        TaskOrchestrationContext context = Substitute.For<TaskOrchestrationContext>();
        var input = new SweepInput("run", "mnist", "v1", Sweep(scheduler: null) with { Trials = 1 });
        var state = new SweepState(new SweepPreparation("c0de", HasDedicatedPool: false), DateTime.UnixEpoch) { Trials = [new SweptTrial(TrialStatus.NotBegun("trial-000"), 9) { Step = 1 }], Steps = 1 };
        var sweep = new SweepRun(context, input, state);

        sweep.TakeLook();
        context.DidNotReceiveWithAnyArgs().SendEvent("", "", "");

        sweep.Decide(new SweepDecision(SweepAction.Stop) { Trial = "trial-000", Comment = "it diverges" });
        sweep.TakeLook();
        context.Received(2).SendEvent("run:trial-000", RunEvents.Stop, Arg.Is<string>(reason => reason.Contains("it diverges")));

        sweep.Cancel("enough");
        sweep.TakeLook();
        context.Received(2).SendEvent("run:trial-000", RunEvents.Cancel, "enough");
    }

    [TestMethod]
    public async Task Trials_that_were_ended_from_outside_and_reports_that_got_lost_are_found()
    {
        var training = new ScriptedTraining((attempt, _) => Number(attempt) < 2 ? Running() : Over(TrialOutcomeKind.Succeeded, 0.9));
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        for (int number = 0; number < 4; number++)
        {
            string trial = RunIds.TrialId(number);
            var input = new TrialInput("run", trial, "mnist", "v1", new Dictionary<string, JsonElement>(), 1, Sweep(scheduler: null), HasDedicatedPool: false)
            {
                Audience = new TrialAudience("nobody", Step: number + 1, EachEpoch: false),
            };
            await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(TrialOrchestrator), input, new StartOrchestrationOptions(RunIds.Trial("run", trial)));
            await hub.UntilAsync(RunIds.Trial("run", trial), instance => instance.RuntimeStatus == (number < 2 ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Completed));
        }

        await hub.Client.TerminateInstanceAsync("run:trial-001");
        await hub.Client.WaitForInstanceCompletionAsync("run:trial-001", hub.Timeout);
        TrialUnderWay[] underWay = [new(1, "trial-000"), new(2, "trial-001"), new(3, "trial-002"), new(5, "trial-003"), new(6, "trial-004")];
        IReadOnlyList<TrialReport> found = await FindLostTrials.RunAsync(new FindLostTrialsInput("run", underWay), hub.Client, hub.Timeout);

        CollectionAssert.AreEqual(
            new (int, TrialState, double?, string?)[]
            {
                (2, TrialState.Failed, null, "its orchestration was terminated"),
                (3, TrialState.Completed, 0.9, null),
                (6, TrialState.Failed, null, "its orchestration was purged"),
            },
            found.Select(report => (report.Step, report.Status.State, report.Status.Objective, report.Status.Error)).ToArray(),
            "neither the one that runs on, nor the one whose end belongs to an earlier step");
        Assert.AreEqual(0.9, found[1].Record.Objective, "from which it can go on");
    }

    private static int Number(TrialAttempt attempt) => RunIds.TrialIndex(attempt.TrialId);

    private static double Objective(TrialAttempt attempt) => Number(attempt) / 10.0;

    /// <summary>Nine trials, nine at a time, of nine epochs.</summary>
    private static SweepDefinition Sweep(SchedulerDefinition? scheduler) =>
        PipelineJson.Definition().Sweep with { Trials = 9, Parallelism = 9, Budget = 9, MaxFailedTrials = 4, Scheduler = scheduler };

    private static Task<SweepResult> RunAsync(ScriptedTraining training, SweepDefinition sweep) => RunAsync(training, new SweepInput(Storage.NewName("run"), "mnist", "v1", sweep));

    private static async Task<SweepResult> RunAsync(ScriptedTraining training, SweepInput input)
    {
        await using TaskHub hub = await TaskHub.StartAsync(tasks => training.Register(tasks));
        OrchestrationMetadata ended = await hub.RunAsync(nameof(SweepOrchestrator), input, RunIds.Sweep(input.RunId));
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<SweepResult>()!;
    }
}

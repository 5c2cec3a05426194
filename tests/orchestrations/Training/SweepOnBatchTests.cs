using Azure.Compute.Batch;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Training;

[TestClass]
public sealed class SweepOnBatchTests
{
    [TestMethod]
    public async Task A_poisoned_trial_among_ten_fails_alone()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync(spotNodes: 3);

        SweepResult sweep = await cluster.OutputAsync<SweepResult>(await cluster.StartSweepAsync(
            "run", TrainingCluster.Sweep(trials: 10, budget: 1, steps: 5, pause: 0, poisoned: "trial-003", maxFailedTrials: 1, failures: 1)));

        Assert.HasCount(10, sweep.Trials);
        TrialStatus poisoned = sweep.Trials[3];
        Assert.AreEqual((TrialState.Failed, 2), (poisoned.State, poisoned.Attempts), "It was tried once more.");
        StringAssert.Contains(poisoned.Error, "this trial is poisoned");
        Assert.IsTrue(sweep.Trials.Where(trial => trial.Id != "trial-003").All(trial => trial is { State: TrialState.Completed, Attempts: 1 }), string.Join(Environment.NewLine, sweep.Trials));
        Assert.AreEqual(sweep.Trials.Max(trial => trial.Objective), sweep.Best!.Objective);
        Assert.IsNull(sweep.Stopped);
        await NothingIsLeftAsync(cluster);
    }

    [TestMethod]
    public async Task A_sweep_outlives_the_death_of_the_batch_service()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync(spotNodes: 2);
        string trace = cluster.FilePath("trace");

        string instance = await cluster.StartSweepAsync("run", TrainingCluster.Sweep(trials: 4, budget: 2, steps: 40, pause: 0.03, trace));
        await Eventually.TrueAsync(() => Trace.Read(trace).Select(step => step.Process).Distinct().Count() >= 2, "two trials train");
        await cluster.Emulator.KillAsync();
        await Eventually.TrueAsync(() => cluster.TaskProcesses().Count == 0, "no task outlives the emulator");
        await cluster.Emulator.StartAsync();
        SweepResult sweep = await cluster.OutputAsync<SweepResult>(instance);

        Assert.IsTrue(sweep.Trials.All(trial => trial is { State: TrialState.Completed, Epoch: 2 }), string.Join(Environment.NewLine, sweep.Trials));
        Assert.IsGreaterThanOrEqualTo(2, sweep.Trials.Sum(trial => trial.Preemptions), "The running trials were started again.");
        await NothingIsLeftAsync(cluster);
    }

    [TestMethod]
    public async Task Cancellation_leaves_no_process_no_task_and_a_clean_status()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync(spotNodes: 2);
        string trace = cluster.FilePath("trace");

        string instance = await cluster.StartSweepAsync("run", TrainingCluster.Sweep(trials: 6, budget: 100, steps: 100, pause: 0.05, trace, parallelism: 3));
        await Eventually.TrueAsync(() => Trace.Read(trace).Select(step => step.Process).Distinct().Count() >= 2, "two trials train");
        Assert.IsNotEmpty(cluster.TaskProcesses());
        await cluster.CancelAsync(instance, "enough");
        SweepResult sweep = await cluster.OutputAsync<SweepResult>(instance);

        Assert.IsTrue(sweep.Cancelled);
        Assert.AreEqual("enough", sweep.Stopped);
        Assert.IsNull(sweep.Best);
        Assert.IsTrue(sweep.Trials.All(trial => trial is { State: TrialState.Cancelled, Error: "enough" }), string.Join(Environment.NewLine, sweep.Trials));
        Assert.AreEqual(TrialState.Cancelled, (await cluster.StatusAsync("run", "trial-000")).State);
        await NothingIsLeftAsync(cluster);
        int steps = Trace.Read(trace).Count;
        await Task.Delay(300);
        Assert.HasCount(steps, Trace.Read(trace), "Somebody goes on training.");
    }

    [TestMethod]
    public async Task A_trial_that_a_person_stops_saves_a_checkpoint_and_exits_while_the_others_train_on()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync(spotNodes: 2);
        string trace = cluster.FilePath("trace");

        string instance = await cluster.StartSweepAsync("run", TrainingCluster.Sweep(trials: 2, budget: 10, steps: 60, pause: 0.03, trace));
        await Eventually.TrueAsync(() => Trace.Read(trace).Select(step => step.Process).Distinct().Count() == 2, "both trials train");
        await Eventually.TrueAsync(async () => await cluster.StatusAsync("run", "trial-000") is { State: TrialState.Running, Objective: not null }, "the trial trains");
        await cluster.DecideAsync(instance, new SweepDecision(SweepAction.Stop) { Trial = "trial-000", By = "Ada" });
        SweepResult sweep = await cluster.OutputAsync<SweepResult>(instance);

        Assert.AreEqual((TrialState.Stopped, "stopped by Ada"), (sweep.Trials[0].State, sweep.Trials[0].Error));
        Assert.IsNotNull(sweep.Trials[0].Objective);
        Assert.IsLessThan(10, sweep.Trials[0].Epoch!.Value);
        Assert.AreEqual((TrialState.Completed, "trial-001"), (sweep.Trials[1].State, sweep.Best!.Trial));
        Assert.AreEqual("stopped", await cluster.ReasonAsync("run", "trial-000"), "the job has exited by itself");
        await NothingIsLeftAsync(cluster);
    }

    private static async Task NothingIsLeftAsync(TrainingCluster cluster)
    {
        await Eventually.TrueAsync(async () => await cluster.Batch.GetJobsAsync().CountAsync() == 0, "the run's Batch jobs are gone");
        await Eventually.TrueAsync(() => cluster.TaskProcesses().Count == 0, "no process of a task is left");
    }
}

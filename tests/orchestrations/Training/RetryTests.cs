using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Training;

namespace Orchestrations.Tests.Training;

[TestClass]
public sealed class RetryTests
{
    private const int CheckpointSteps = 10;

    [TestMethod]
    public async Task A_trial_that_crashed_goes_on_from_its_newest_checkpoint()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();
        TrialStatus calm = await cluster.TrialOutputAsync(await cluster.StartTrialAsync("calm", TrainingCluster.Sweep(1, budget: 2, pause: 0)));
        string trace = cluster.FilePath("trace");

        TrialStatus trial = await cluster.TrialOutputAsync(
            await cluster.StartTrialAsync("crash", TrainingCluster.Sweep(1, budget: 2, trace: trace, crashAt: 27, failures: 1)));

        Assert.AreEqual((TrialState.Completed, 2, 0), (trial.State, trial.Attempts, trial.Preemptions), trial.ToString());
        Assert.AreEqual(calm.Objective!.Value, trial.Objective!.Value, 1e-9);
        IReadOnlyList<TracedStep> steps = Trace.Read(trace);
        Assert.IsLessThanOrEqualTo(CheckpointSteps, steps.Count - 40, "More steps were done twice than lie between two checkpoints.");
        foreach (int attempt in new[] { 1, 2 })
        {
            string log = $"{cluster.RunId("crash")}/trials/trial-000/logs/attempt-{attempt}/start-1/stdout.txt";
            Assert.IsTrue((await TrialContainer.Of(cluster.Blobs, $"{cluster.RunId("crash")}/trials/trial-000").GetBlobClient(log).ExistsAsync()).Value, log);
        }
    }

    [TestMethod]
    public async Task A_trial_that_ends_with_exit_64_is_not_tried_again()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();

        TrialStatus trial = await cluster.TrialOutputAsync(await cluster.StartTrialAsync("run", TrainingCluster.Sweep(1, budget: 1, invalid: true, failures: 5)));

        Assert.AreEqual((TrialState.Failed, 1), (trial.State, trial.Attempts), trial.ToString());
        StringAssert.Contains(trial.Error, "these parameters lead nowhere");
    }

    [TestMethod]
    public async Task A_trial_that_takes_too_long_is_ended_and_leaves_no_process()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();

        TrialStatus trial = await cluster.TrialOutputAsync(await cluster.StartTrialAsync(
            "run", TrainingCluster.Sweep(1, budget: 1000, pause: 0.1, failures: 0, timeLimit: TimeSpan.FromSeconds(3))));

        Assert.AreEqual((TrialState.Failed, 1), (trial.State, trial.Attempts), trial.ToString());
        await Eventually.TrueAsync(() => cluster.TaskProcesses().Count == 0, "no process of a task is left");
    }

    [TestMethod]
    public async Task An_image_that_cannot_be_pulled_once_is_not_counted_against_the_job()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();
        await cluster.Emulator.PlanAsync(new { kind = "imagePull", count = 1 });

        TrialStatus trial = await cluster.TrialOutputAsync(await cluster.StartTrialAsync("run", TrainingCluster.Sweep(1, budget: 1, failures: 0)));

        Assert.AreEqual((TrialState.Completed, 2), (trial.State, trial.Attempts), trial.ToString());
    }
}

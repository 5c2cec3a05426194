using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Telemetry;

namespace Orchestrations.Tests.Training;

[TestClass]
public sealed class PreemptionTests
{
    private const int CheckpointSteps = 10;
    private const int Steps = 50;
    private const int Budget = 3;

    [TestMethod]
    public async Task A_node_preempted_in_the_middle_of_an_epoch_costs_at_most_one_checkpoint_interval_and_changes_no_result()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();
        TrialStatus calm = await CalmAsync(cluster);
        using var measured = new Measurements(cluster.Meter);
        string trace = cluster.FilePath("trace");

        string trial = await cluster.StartTrialAsync("stormy", TrainingCluster.Sweep(1, Budget, Steps, pause: 0.06, trace));
        // The second of three epochs, and not at a checkpoint.
        await Eventually.TrueAsync(() => Trace.Read(trace).Count >= Steps + 23, "the second epoch is under way");
        await cluster.Emulator.PreemptAsync(TrainingCluster.SpotPool, await cluster.NodeOfAsync("stormy", "trial-000-a1"));
        TrialStatus stormy = await cluster.TrialOutputAsync(trial);

        Assert.AreEqual((TrialState.Completed, 1, 1, false), (stormy.State, stormy.Attempts, stormy.Preemptions, stormy.Dedicated), stormy.ToString());
        Assert.AreEqual(calm.Objective!.Value, stormy.Objective!.Value, 1e-9);
        Assert.AreEqual("1 job=counting-job", measured.Of("durableml.trial.preemptions"));
        Assert.AreEqual("1 job=counting-job pool=spot outcome=succeeded", measured.Of("durableml.trial.attempts"));
        Assert.AreEqual("job=counting-job pool=spot", measured.Tags("durableml.trial.queue.duration"));
        Assert.IsGreaterThan(0, measured.Values("durableml.trial.node.duration").Single());
        Assert.AreEqual(Budget, stormy.Epoch);
        IReadOnlyList<TracedStep> steps = Trace.Read(trace);
        Assert.HasCount(2, steps.Select(step => step.Process).Distinct(), "It was started twice.");
        CollectionAssert.AreEquivalent(Enumerable.Range(1, Steps * Budget).ToList(), steps.Select(step => step.Number).Distinct().ToList());
        Assert.IsLessThanOrEqualTo(CheckpointSteps, steps.Count - (Steps * Budget), "More steps were done twice than lie between two checkpoints.");
    }

    [TestMethod]
    public async Task After_three_preemptions_in_a_row_a_trial_moves_to_dedicated_nodes()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();
        TrialStatus calm = await CalmAsync(cluster);
        string trace = cluster.FilePath("trace");

        string trial = await cluster.StartTrialAsync("stormy", TrainingCluster.Sweep(1, Budget, Steps, pause: 0.1, trace, preemptions: 3));
        for (int preemption = 1; preemption <= 3; preemption++)
        {
            int starts = preemption;
            await Eventually.TrueAsync(() => Trace.Read(trace).Select(step => step.Process).Distinct().Count() == starts, $"start {starts} trains");
            await cluster.Emulator.PreemptAsync(TrainingCluster.SpotPool, await cluster.NodeOfAsync("stormy", "trial-000-a1"));
        }

        TrialStatus stormy = await cluster.TrialOutputAsync(trial);

        Assert.AreEqual((TrialState.Completed, 2, 3, true), (stormy.State, stormy.Attempts, stormy.Preemptions, stormy.Dedicated), stormy.ToString());
        Assert.AreEqual(calm.Objective!.Value, stormy.Objective!.Value, 1e-9);
        IReadOnlyList<TracedStep> steps = Trace.Read(trace);
        Assert.AreEqual(TrainingCluster.DedicatedPool, steps[^1].Pool);
        int onSpot = steps.Count(step => step.Pool == TrainingCluster.SpotPool);
        Assert.IsTrue(steps.Skip(onSpot).All(step => step.Pool == TrainingCluster.DedicatedPool), "Once on dedicated nodes it stays there.");
        CollectionAssert.AreEquivalent(Enumerable.Range(1, Steps * Budget).ToList(), steps.Select(step => step.Number).Distinct().ToList());
    }

    /// <summary>The same trial without preemption.</summary>
    private static async Task<TrialStatus> CalmAsync(TrainingCluster cluster)
    {
        string trial = await cluster.StartTrialAsync("calm", TrainingCluster.Sweep(1, Budget, Steps, pause: 0));
        TrialStatus calm = await cluster.TrialOutputAsync(trial);
        Assert.AreEqual((TrialState.Completed, 1, 0), (calm.State, calm.Attempts, calm.Preemptions), calm.ToString());
        return calm;
    }
}

using DurableMl.Local.BatchEmulator.Autoscale;

namespace Bicep.Tests;

/// <summary>The pools' formulas, evaluated as the Batch service does, by the emulator.</summary>
[TestClass]
public sealed class FormulaTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static Deployment deployment = null!;

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static async Task PredictAsync(TestContext context) => deployment = await Compiler.DeployAsync(
        Path.Combine(Compiler.Folder, "main.bicep"),
        "param environmentName = 'x'\nparam location = 'eastus'\nparam maxSpotNodes = 4\nparam maxDedicatedNodes = 2",
        context.CancellationToken);

    [TestMethod]
    public void Without_tasks_both_pools_are_empty()
    {
        Assert.AreEqual((0, 0), Nodes("spot", Tasks(0, 20)));
        Assert.AreEqual((0, 0), Nodes("dedicated", Tasks(0, 20)));
    }

    [TestMethod]
    public void Without_a_sample_yet_both_pools_are_empty()
    {
        Assert.AreEqual((0, 0), Nodes("spot", new MetricHistory()));
        Assert.AreEqual((0, 0), Nodes("dedicated", new MetricHistory()));
    }

    [TestMethod]
    public void The_first_task_that_waits_brings_a_node() => Assert.AreEqual((0, 1), Nodes("spot", Tasks(1, 1)));

    [TestMethod]
    public void A_task_brings_a_node_of_its_own_pool_only()
    {
        Assert.AreEqual((0, 3), Nodes("spot", Tasks(3, 20)));
        Assert.AreEqual((2, 0), Nodes("dedicated", Tasks(2, 20)));
    }

    [TestMethod]
    public void However_many_tasks_wait_there_are_no_more_nodes_than_allowed()
    {
        Assert.AreEqual((0, 4), Nodes("spot", Tasks(500, 20)));
        Assert.AreEqual((2, 0), Nodes("dedicated", Tasks(500, 20)));
    }

    [TestMethod]
    public void A_node_finishes_its_task_before_it_goes() => Assert.AreEqual("taskcompletion", Decide("spot", Tasks(0, 20)).NodeDeallocationOption);

    private static (int Dedicated, int Spot) Nodes(string pool, MetricHistory pending)
    {
        AutoScaleDecision decision = Decide(pool, pending);
        return (decision.DedicatedNodes, decision.LowPriorityNodes);
    }

    [TestMethod]
    public async Task Where_tasks_share_nodes_fewer_are_needed()
    {
        Deployment shared = await Compiler.DeployAsync(
            Path.Combine(Compiler.Folder, "main.bicep"), "param environmentName = 'x'\nparam location = 'eastus'\nparam maxSpotNodes = 10\nparam taskSlotsPerNode = 4", TestContext.CancellationToken);

        Assert.AreEqual(2, Decide("spot", Tasks(5, 20), shared).LowPriorityNodes);
        Assert.AreEqual(1, Decide("spot", Tasks(4, 20), shared).LowPriorityNodes);
        Assert.AreEqual(0, Decide("spot", Tasks(0, 20), shared).LowPriorityNodes);
        Assert.AreEqual(4, shared.Of("Microsoft.Batch/batchAccounts/pools").Single(resource => resource.OwnName == "spot").Property("taskSlotsPerNode")!.Value.GetInt32());
    }

    private static AutoScaleDecision Decide(string pool, MetricHistory pending, Deployment? other = null)
    {
        string formula = (other ?? deployment).Of("Microsoft.Batch/batchAccounts/pools").Single(resource => resource.OwnName == pool)
            .Property("scaleSettings", "autoScale", "formula")!.Value.GetString()!;
        return AutoScaleDecision.Evaluate(
            formula, 0, 0, new Dictionary<string, MetricHistory>(StringComparer.Ordinal) { ["$PendingTasks"] = pending }, Now, new Random(1));
    }

    private static MetricHistory Tasks(int pending, int samples)
    {
        var history = new MetricHistory();
        for (int i = samples - 1; i >= 0; i--)
        {
            history.Add(Now - (i * MetricHistory.Period), pending);
        }

        return history;
    }
}

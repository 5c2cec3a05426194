using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Pools;

[TestClass]
public sealed class PoolTests
{
    [TestMethod]
    public async Task A_pool_is_resized_only_while_it_is_steady()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.NodeAllocationTime = TimeSpan.FromHours(1));
        await emulator.Client.OkAsync("POST", "/pools", new JsonObject { ["id"] = "pool", ["vmSize"] = "s", ["targetDedicatedNodes"] = 3 });

        Assert.AreEqual("resizing", (string?)(await emulator.Client.OkAsync("GET", "/pools/pool"))["allocationState"]);
        Assert.AreEqual("PoolBeingResized", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 1 }));
        await emulator.Client.OkAsync("POST", "/pools/pool/stopresize");
        JsonObject pool = [];
        await Eventually.TrueAsync(async () => (string?)(pool = await emulator.Client.OkAsync("GET", "/pools/pool"))["allocationState"] == "steady", "the pool is steady");
        Assert.AreEqual(0, (int)pool["currentDedicatedNodes"]!);
        Assert.AreEqual(0, (int)pool["targetDedicatedNodes"]!);
    }

    [TestMethod]
    public async Task Shrinking_with_task_completion_waits_for_tasks_and_takes_idle_nodes_first()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 2);
        await emulator.CreateJobAsync();
        var go = Path.Combine(emulator.DataDirectory, "go");
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'while [ ! -e {go} ]; do sleep 0.05; done'");
        var node = (string)(await emulator.WaitAsync("task", "running"))["nodeInfo"]!["nodeId"]!;

        await emulator.Client.OkAsync("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 1 });
        await SteadyAsync(emulator);
        Assert.AreEqual(node, (string?)(await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]!.AsArray().Single()!["id"]);
        await emulator.Client.OkAsync("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 0, ["nodeDeallocationOption"] = "taskCompletion" });
        Assert.AreEqual("leavingpool", (string?)(await emulator.Client.OkAsync("GET", $"/pools/pool/nodes/{node}"))["state"]);
        await File.WriteAllTextAsync(go, "");

        await SteadyAsync(emulator);
        Assert.AreEqual("success", (string?)(await emulator.TaskAsync("task"))["executionInfo"]!["result"]);
    }

    [TestMethod]
    public async Task Removing_a_node_requeues_its_task_and_counts_that()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync(dedicated: 2);
        await emulator.CreateJobAsync();
        var mark = Path.Combine(emulator.DataDirectory, "second");
        await emulator.AddTaskAsync("task", $"/bin/sh -c '[ -e {mark} ] || {{ touch {mark}; sleep 600; }}'");
        await Eventually.TrueAsync(() => File.Exists(mark), "the task runs");
        var node = (string)(await emulator.TaskAsync("task"))["nodeInfo"]!["nodeId"]!;

        await emulator.Client.OkAsync("POST", "/pools/pool/removenodes", new JsonObject { ["nodeList"] = new JsonArray(node) });

        var task = await emulator.WaitAsync("task");
        Assert.AreEqual(1, (int)task["executionInfo"]!["requeueCount"]!);
        Assert.AreNotEqual(node, (string?)task["nodeInfo"]!["nodeId"]);
        await SteadyAsync(emulator);
        Assert.AreEqual(1, (int)(await emulator.Client.OkAsync("GET", "/pools/pool"))["targetDedicatedNodes"]!);
        Assert.AreEqual("NodeNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "POST", "/pools/pool/removenodes", new JsonObject { ["nodeList"] = new JsonArray(node) }));
    }

    [TestMethod]
    public async Task A_pool_that_is_being_deleted_refuses_changes_until_it_is_gone()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var go = Path.Combine(emulator.DataDirectory, "go");
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'trap \"\" TERM; while [ ! -e {go} ]; do sleep 0.05; done'");
        await emulator.WaitAsync("task", "running");

        await emulator.Client.OkAsync("DELETE", "/pools/pool");

        Assert.AreEqual("PoolBeingDeleted", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "DELETE", "/pools/pool"));
        Assert.AreEqual("PoolBeingDeleted", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "PATCH", "/pools/pool", new JsonObject()));
        await File.WriteAllTextAsync(go, "");
        await Eventually.TrueAsync(async () => (int)(await emulator.Client.SendRawAsync("HEAD", "/pools/pool")).StatusCode == 404, "the pool is gone");
        await emulator.WaitAsync("task", "active");
    }

    [TestMethod]
    public async Task Properties_are_patched_one_by_one_or_replaced_all()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0, change: p => p["startTask"] = new JsonObject { ["commandLine"] = "true" });

        await emulator.Client.OkAsync("PATCH", "/pools/pool", new JsonObject { ["metadata"] = new JsonArray(new JsonObject { ["name"] = "a", ["value"] = "b" }) });
        var patched = await emulator.Client.OkAsync("GET", "/pools/pool");
        await emulator.Client.OkAsync("POST", "/pools/pool/updateproperties", new JsonObject { ["applicationPackageReferences"] = new JsonArray(), ["metadata"] = new JsonArray() });
        var replaced = await emulator.Client.OkAsync("GET", "/pools/pool");

        Assert.AreEqual("true", (string?)patched["startTask"]!["commandLine"]);
        Assert.AreEqual("b", (string?)patched["metadata"]![0]!["value"]);
        Assert.IsNull(replaced["startTask"]);
        Assert.IsEmpty(replaced["metadata"]!.AsArray());
    }

    [TestMethod]
    [DataRow("spread", 1)]
    [DataRow("pack", 2)]
    public async Task Tasks_are_spread_over_nodes_or_packed_onto_them(string fill, int onTheBusiest)
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.Zero);
        await emulator.CreatePoolAsync(dedicated: 2, slots: 4, change: p => p["taskSchedulingPolicy"] = new JsonObject { ["nodeFillType"] = fill });
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("a", "sleep 600");
        await emulator.AddTaskAsync("b", "sleep 600");

        var nodes = new[] { await emulator.WaitAsync("a", "running"), await emulator.WaitAsync("b", "running") }.GroupBy(t => (string)t["nodeInfo"]!["nodeId"]!);

        Assert.AreEqual(onTheBusiest, nodes.Max(n => n.Count()));
    }

    [TestMethod]
    public async Task A_task_takes_as_many_slots_as_it_needs_and_smaller_ones_pass_it()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.Zero);
        await emulator.CreatePoolAsync(slots: 4);
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("three", "sleep 600", t => t["requiredSlots"] = 3);
        await emulator.AddTaskAsync("two", "sleep 600", t => t["requiredSlots"] = 2);
        await emulator.AddTaskAsync("one", "sleep 600");
        await emulator.WaitAsync("three", "running");
        await emulator.WaitAsync("one", "running");

        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("two"))["state"]);
        var node = (await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]![0]!;
        Assert.AreEqual(2, (int)node["runningTasksCount"]!);
        Assert.AreEqual(4, (int)node["runningTaskSlotsCount"]!);
        Assert.AreEqual(6, (int)(await emulator.Client.OkAsync("GET", "/jobs/job/taskcounts"))["taskSlotCounts"]!["running"]! + 2);
    }

    [TestMethod]
    public async Task Node_counts_add_up_by_state_and_kind()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 2, lowPriority: 1);
        await emulator.CreatePoolAsync("other", dedicated: 0);

        var counts = (await emulator.Client.OkAsync("GET", "/nodecounts?$filter=" + Uri.EscapeDataString("poolId eq 'pool'")))["value"]!.AsArray().Single()!;

        Assert.AreEqual(2, (int)counts["dedicated"]!["idle"]!);
        Assert.AreEqual(2, (int)counts["dedicated"]!["total"]!);
        Assert.AreEqual(1, (int)counts["lowPriority"]!["total"]!);
        Assert.AreEqual(0, (int)counts["lowPriority"]!["preempted"]!);
    }

    private static Task SteadyAsync(EmulatorFixture emulator) =>
        Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/pools/pool"))["allocationState"] == "steady", "the pool is steady");
}

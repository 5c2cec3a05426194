using System.Text.Json.Nodes;
using BatchEmulator.Tests.State;

namespace BatchEmulator.Tests.Tasks;

[TestClass]
public sealed class MultiInstanceTests
{
    [TestMethod]
    public async Task Every_instance_coordinates_on_its_node_then_the_primary_runs_and_ends_all()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync(dedicated: 3, change: p => p["enableInterNodeCommunication"] = true);
        await emulator.CreateJobAsync();
        var log = Path.Combine(emulator.DataDirectory, "log");
        var sleeping = new SleepingProcesses(emulator.DataDirectory);

        await emulator.AddTaskAsync("task", $"/bin/sh -c 'cat {log}; echo $AZ_BATCH_IS_CURRENT_NODE_MASTER $AZ_BATCH_HOST_LIST $CCP_NODES'", t => t["multiInstanceSettings"] = new JsonObject
        {
            ["numberOfInstances"] = 3,
            ["coordinationCommandLine"] = $"/bin/sh -c 'echo coordinated $AZ_BATCH_IS_CURRENT_NODE_MASTER >> {log}; {sleeping.Command} & exit 0'",
        });

        var task = await emulator.WaitAsync("task");
        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
        var lines = (await emulator.FileAsync("task", "stdout.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        CollectionAssert.AreEquivalent(new[] { "coordinated true", "coordinated false", "coordinated false" }, lines[..3]);
        StringAssert.StartsWith(lines[3], "true 127.0.0.");
        Assert.HasCount(3, lines[3].Split(' ')[1].Split(',').Distinct());
        Assert.IsEmpty(sleeping.Alive);
        var subtasks = (await emulator.Client.OkAsync("GET", "/jobs/job/tasks/task/subtasksinfo"))["value"]!.AsArray();
        CollectionAssert.AreEqual(new[] { 1, 2 }, subtasks.Select(s => (int)s!["id"]!).ToArray());
        Assert.IsTrue(subtasks.All(s => (string?)s!["state"] == "completed" && (int)s["exitCode"]! == 0));
    }

    [TestMethod]
    public async Task What_a_coordination_command_leaves_running_serves_the_primary()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 2, change: p => p["enableInterNodeCommunication"] = true);
        await emulator.CreateJobAsync();
        var meeting = Path.Combine(emulator.DataDirectory, "meeting");

        await emulator.AddTaskAsync("task", $"/bin/sh -c 'mkdir -p {meeting}; touch {meeting}/go; while [ $(ls {meeting} | wc -l) -lt 3 ]; do sleep 0.05; done'", t =>
        {
            t["constraints"] = new JsonObject { ["maxWallClockTime"] = "PT30S" };
            t["multiInstanceSettings"] = new JsonObject
            {
                ["numberOfInstances"] = 2,
                ["coordinationCommandLine"] = $"/bin/sh -c '(while [ ! -e {meeting}/go ]; do sleep 0.05; done; touch {meeting}/$AZ_BATCH_NODE_ID; sleep 652) & exit 0'",
            };
        });

        var task = await emulator.WaitAsync("task");
        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
    }

    [TestMethod]
    public async Task A_coordination_command_that_fails_fails_the_task_which_is_tried_again_whole()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 2, change: p => p["enableInterNodeCommunication"] = true);
        await emulator.CreateJobAsync();
        var mark = Path.Combine(emulator.DataDirectory, "once");

        await emulator.AddTaskAsync("task", "true", t =>
        {
            t["constraints"] = new JsonObject { ["maxTaskRetryCount"] = 1 };
            t["multiInstanceSettings"] = new JsonObject
            {
                ["numberOfInstances"] = 2,
                ["coordinationCommandLine"] = $"/bin/sh -c '$AZ_BATCH_IS_CURRENT_NODE_MASTER || [ -e {mark} ] || {{ touch {mark}; exit 8; }}'",
            };
        });

        var info = (await emulator.WaitAsync("task"))["executionInfo"]!;
        Assert.AreEqual("success", (string?)info["result"], info.ToJsonString());
        Assert.AreEqual(1, (int)info["retryCount"]!);
    }

    [TestMethod]
    public async Task Losing_any_node_runs_the_whole_task_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0, lowPriority: 2, change: p => p["enableInterNodeCommunication"] = true);
        await emulator.CreateJobAsync();
        var mark = Path.Combine(emulator.DataDirectory, "second");
        var sleeping = new SleepingProcesses(emulator.DataDirectory);
        await emulator.AddTaskAsync("task", $"/bin/sh -c '[ -e {mark} ] || {{ touch {mark}; {sleeping.Command}; }}'", t =>
            t["multiInstanceSettings"] = new JsonObject { ["numberOfInstances"] = 2, ["coordinationCommandLine"] = "true" });
        await Eventually.TrueAsync(() => sleeping.Alive.Count == 1, "the primary runs");
        var node = (string)(await emulator.Client.OkAsync("GET", "/jobs/job/tasks/task/subtasksinfo"))["value"]![0]!["nodeInfo"]!["nodeId"]!;

        await emulator.Client.OkAsync("POST", $"/admin/pools/pool/nodes/{node}/preempt?graceSeconds=0");

        var info = (await emulator.WaitAsync("task"))["executionInfo"]!;
        Assert.AreEqual("success", (string?)info["result"], info.ToJsonString());
        Assert.AreEqual(0, (int)info["retryCount"]!);
        Assert.IsEmpty(sleeping.Alive);
    }

    [TestMethod]
    public async Task An_instance_whose_start_cannot_be_recorded_at_once_starts_all_the_same_and_its_node_becomes_free()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 2, change: p => p["enableInterNodeCommunication"] = true);
        await emulator.CreateJobAsync();

        using (new FullDisk(emulator, "json_extract(NEW.document, '$.Subtasks[0].State.Current') = 'running'"))
        {
            await emulator.AddTaskAsync("task", "true", t =>
                t["multiInstanceSettings"] = new JsonObject { ["numberOfInstances"] = 2, ["coordinationCommandLine"] = "true" });
            await Eventually.TrueAsync(() => emulator.Log.Any(l => l.Contains("could not be stored", StringComparison.Ordinal)), "its start could not be stored");
        }

        var task = await emulator.WaitAsync("task");
        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
        await Eventually.TrueAsync(async () => (await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]!.AsArray().All(n => (string)n!["state"]! == "idle"), "the nodes are idle");
    }
}

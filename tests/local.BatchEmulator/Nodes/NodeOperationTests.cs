using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Nodes;

[TestClass]
public sealed class NodeOperationTests
{
    [TestMethod]
    public async Task A_start_task_runs_before_tasks_and_again_after_a_reboot()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        var log = Path.Combine(emulator.DataDirectory, "boots");
        await emulator.CreatePoolAsync(change: p => p["startTask"] = new JsonObject { ["commandLine"] = $"/bin/sh -c 'echo boot >> {log}; echo kept > kept.txt'" });
        var node = await NodeAsync(emulator);
        Assert.AreEqual("success", (string?)node["startTaskInfo"]!["result"]);

        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{node["id"]}/reboot", new JsonObject { ["nodeRebootOption"] = "taskCompletion" });

        await Eventually.TrueAsync(async () => (string?)(await NodeAsync(emulator))["state"] == "idle", "the node is back");
        Assert.HasCount(2, await File.ReadAllLinesAsync(log));
        Assert.AreEqual("kept\n", await emulator.Client.TextAsync($"/pools/pool/nodes/{node["id"]}/files/startup/wd/kept.txt"));
    }

    [TestMethod]
    public async Task A_start_task_that_fails_keeps_the_node_from_running_tasks()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.OkAsync("POST", "/pools", new JsonObject
        {
            ["id"] = "pool", ["vmSize"] = "s", ["targetDedicatedNodes"] = 1,
            ["startTask"] = new JsonObject { ["commandLine"] = "/bin/sh -c 'exit 5'", ["maxTaskRetryCount"] = 1 },
        });

        await Eventually.TrueAsync(async () => (string?)(await NodeAsync(emulator))["state"] == "starttaskfailed", "the start task has failed");

        var info = (await NodeAsync(emulator))["startTaskInfo"]!;
        Assert.AreEqual(5, (int)info["exitCode"]!);
        Assert.AreEqual(1, (int)info["retryCount"]!);
    }

    [TestMethod]
    [DataRow("reboot", "nodeRebootOption", "requeue", 2, 0)]
    [DataRow("reboot", "nodeRebootOption", "terminate", 1, 0)]
    [DataRow("reboot", "nodeRebootOption", "taskcompletion", 1, 0)]
    [DataRow("reimage", "nodeReimageOption", "requeue", 2, 0)]
    [DataRow("reimage", "nodeReimageOption", "terminate", 1, 0)]
    [DataRow("reimage", "nodeReimageOption", "taskcompletion", 1, 0)]
    [DataRow("deallocate", "nodeDeallocateOption", "requeue", 2, 0)]
    [DataRow("deallocate", "nodeDeallocateOption", "terminate", 1, 0)]
    [DataRow("deallocate", "nodeDeallocateOption", "taskcompletion", 1, 0)]
    [DataRow("disablescheduling", "nodeDisableSchedulingOption", "requeue", 2, 1)]
    [DataRow("disablescheduling", "nodeDisableSchedulingOption", "terminate", 1, 0)]
    [DataRow("disablescheduling", "nodeDisableSchedulingOption", "taskcompletion", 1, 0)]
    public async Task Taking_a_node_away_requeues_ends_or_awaits_its_task(
        string operation, string property, string option, int starts, int requeues)
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var (log, go) = (Path.Combine(emulator.DataDirectory, "starts"), Path.Combine(emulator.DataDirectory, "go"));
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'echo >> {log}; while [ ! -e {go} ]; do sleep 0.05; done'");
        await StartedAsync(1);
        var node = $"/pools/pool/nodes/{(await NodeAsync(emulator))["id"]}";

        await emulator.Client.OkAsync("POST", $"{node}/{operation}", new JsonObject { [property] = option });

        if (option == "requeue")
        {
            await BackAsync();
            await StartedAsync(2);
        }

        if (option != "terminate")
        {
            await File.WriteAllTextAsync(go, "");
        }

        var execution = (await emulator.WaitAsync("task"))["executionInfo"]!;
        Assert.AreEqual(option == "terminate" ? "TaskEnded" : null, (string?)execution["failureInfo"]?["code"]);
        Assert.AreEqual(requeues, (int)execution["requeueCount"]!);
        Assert.HasCount(starts, await File.ReadAllLinesAsync(log));
        if (option != "requeue")
        {
            await BackAsync();
        }

        await NodeIsAsync("idle");

        Task NodeIsAsync(string state) =>
            Eventually.TrueAsync(async () => (string?)(await NodeAsync(emulator))["state"] == state, $"the node is {state}");

        Task StartedAsync(int times) =>
            Eventually.TrueAsync(() => File.Exists(log) && File.ReadAllLines(log).Length == times, "the task has started");

        // What was rebooted or reimaged comes back by itself.
        async Task BackAsync()
        {
            if (operation == "deallocate")
            {
                await NodeIsAsync("deallocated");
                await emulator.Client.OkAsync("POST", $"{node}/start");
            }
            else if (operation == "disablescheduling")
            {
                await emulator.Client.OkAsync("POST", $"{node}/enablescheduling");
            }
        }
    }

    [TestMethod]
    public async Task Reimaging_requeues_tasks_and_empties_the_disk()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var mark = Path.Combine(emulator.DataDirectory, "second");
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'ls $AZ_BATCH_NODE_SHARED_DIR; [ -e {mark} ] || {{ touch {mark} $AZ_BATCH_NODE_SHARED_DIR/old; sleep 600; }}'");
        await Eventually.TrueAsync(() => File.Exists(mark), "the task runs");
        var id = (string)(await NodeAsync(emulator))["id"]!;

        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{id}/reimage");

        var task = await emulator.WaitAsync("task");
        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"]);
        Assert.AreEqual(0, (int)task["executionInfo"]!["requeueCount"]!);
        Assert.AreEqual("", await emulator.FileAsync("task", "stdout.txt"));
    }

    [TestMethod]
    public async Task A_deallocated_node_stays_listed_and_starts_on_request()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        var id = (string)(await NodeAsync(emulator))["id"]!;
        Assert.AreEqual("OperationInvalidForCurrentState", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", $"/pools/pool/nodes/{id}/start"));

        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{id}/deallocate");
        await Eventually.TrueAsync(async () => (string?)(await NodeAsync(emulator))["state"] == "deallocated", "the node is deallocated");
        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{id}/start");

        await Eventually.TrueAsync(async () => (string?)(await NodeAsync(emulator))["state"] == "idle", "the node is back");
    }

    [TestMethod]
    public async Task A_node_without_scheduling_goes_offline_and_takes_no_tasks()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var id = (string)(await NodeAsync(emulator))["id"]!;

        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{id}/disablescheduling");
        Assert.AreEqual("NodeAlreadyInTargetSchedulingState", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", $"/pools/pool/nodes/{id}/disablescheduling"));
        Assert.AreEqual("offline", (string?)(await NodeAsync(emulator))["state"]);
        await emulator.AddTaskAsync("task", "true");
        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("task"))["state"]);
        await emulator.Client.OkAsync("POST", $"/pools/pool/nodes/{id}/enablescheduling");

        await emulator.WaitAsync("task");
    }

    private static async Task<JsonObject> NodeAsync(EmulatorFixture emulator) =>
        (await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]![0]!.AsObject();
}

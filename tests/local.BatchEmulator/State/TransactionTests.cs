using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.State;

[TestClass]
public sealed class TransactionTests
{
    [TestMethod]
    public async Task A_task_that_ends_while_the_disk_is_full_is_recorded_later_and_never_run_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var (runs, go) = (Path.Combine(emulator.DataDirectory, "runs"), Path.Combine(emulator.DataDirectory, "go"));
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'echo run >> {runs}; while [ ! -e {go} ]; do sleep 0.02; done; exit 7'");
        await Eventually.TrueAsync(() => File.Exists(runs), "it runs");

        using (new FullDisk(emulator))
        {
            await File.WriteAllTextAsync(go, "");
            await Eventually.TrueAsync(() => emulator.Log.Any(l => l.Contains("could not be stored", StringComparison.Ordinal)), "its end could not be stored");
        }

        var task = await emulator.WaitAsync("task");
        Assert.AreEqual(7, (int)task["executionInfo"]!["exitCode"]!, task.ToJsonString());
        Assert.AreEqual("run\n", await File.ReadAllTextAsync(runs));
        await emulator.AddTaskAsync("next", "true");
        await emulator.WaitAsync("next");
        Assert.AreEqual("""{"active":0,"running":0,"completed":2,"succeeded":1,"failed":1}""", (await emulator.Client.OkAsync("GET", "/jobs/job/taskcounts"))["taskCounts"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_request_that_cannot_be_stored_changes_nothing_and_can_be_sent_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var ran = Path.Combine(emulator.DataDirectory, "ran");
        await emulator.AddTaskAsync("long", "sleep 671");
        await emulator.WaitAsync("long", "running");
        var before = (await emulator.TaskAsync("long")).ToJsonString();

        using (new FullDisk(emulator))
        {
            var (status, body, response) = await emulator.Client.SendAsync("POST", "/jobs", new JsonObject { ["id"] = "new", ["poolInfo"] = new JsonObject { ["poolId"] = "pool" } });
            Assert.AreEqual((HttpStatusCode.ServiceUnavailable, "ServerBusy"), (status, (string?)body["code"]), body.ToJsonString());
            Assert.IsNotNull(response.Headers.RetryAfter);
            foreach (var (method, path, content) in ((string, string, JsonObject?)[])
                [
                    ("POST", "/jobs/job/tasks", new JsonObject { ["id"] = "lost", ["commandLine"] = $"touch {ran}" }),
                    ("PATCH", "/jobs/job", new JsonObject { ["priority"] = 5 }), ("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 2 }),
                    ("DELETE", "/jobs/job", null), ("DELETE", "/pools/pool", null),
                ])
            {
                Assert.AreEqual("ServerBusy", await emulator.Client.FailsAsync(HttpStatusCode.ServiceUnavailable, method, path, content));
            }
        }

        Assert.AreEqual("JobNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/jobs/new"));
        Assert.AreEqual("TaskNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/jobs/job/tasks/lost"));
        Assert.AreEqual(before, (await emulator.TaskAsync("long")).ToJsonString());
        var job = await emulator.Client.OkAsync("GET", "/jobs/job");
        Assert.AreEqual(("active", 0), ((string?)job["state"], (int)job["priority"]!));
        var pool = await emulator.Client.OkAsync("GET", "/pools/pool");
        Assert.AreEqual(("active", "steady", 1), ((string?)pool["state"], (string?)pool["allocationState"], (int)pool["targetDedicatedNodes"]!));
        Assert.IsFalse(File.Exists(ran));
        await emulator.Client.OkAsync("POST", "/jobs/job/tasks/long/terminate");
        await emulator.AddTaskAsync("lost", $"touch {ran}");
        await emulator.WaitAsync("lost");
        await emulator.WaitAsync("long");
        await emulator.RestartAsync();
        await emulator.WaitAsync("lost");
    }

    [TestMethod]
    public async Task A_node_that_comes_up_while_the_disk_is_full_comes_up_later()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.NodeBootTime = TimeSpan.FromMilliseconds(300));
        await emulator.CreatePoolAsync(dedicated: 0);

        await emulator.Client.OkAsync("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 1 });
        using (new FullDisk(emulator, "NEW.kind = 'node'"))
        {
            await Eventually.TrueAsync(() => emulator.Log.Any(l => l.Contains("could not be stored", StringComparison.Ordinal)), "its start could not be stored");
        }

        await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/pools/pool/nodes"))["value"]!.AsArray().SingleOrDefault()?["state"] == "idle", "the node is idle");
    }

    [TestMethod]
    public async Task A_change_that_is_refused_halfway_changes_nothing()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreatePoolAsync("other");
        await emulator.CreateJobAsync(change: j => j["onAllTasksComplete"] = "noaction");
        await emulator.AddTaskAsync("keeps", "sleep 672");
        await emulator.Client.OkAsync("PATCH", "/jobs/job", new JsonObject { ["onAllTasksComplete"] = "terminatejob" });
        await emulator.Client.OkAsync("POST", "/jobs/job/disable", new JsonObject { ["disableTasks"] = "requeue" });
        await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/jobs/job"))["state"] == "disabled", "the job is disabled");

        Assert.AreEqual("InvalidPropertyValue", await emulator.Client.FailsAsync(HttpStatusCode.BadRequest, "PATCH", "/jobs/job",
            new JsonObject { ["poolInfo"] = new JsonObject { ["poolId"] = "other" }, ["onAllTasksComplete"] = "noaction" }));

        await emulator.Client.OkAsync("POST", "/jobs/job/enable");
        Assert.AreEqual("pool", (string?)(await emulator.WaitAsync("keeps", "running"))["nodeInfo"]!["poolId"]);
        Assert.AreEqual("pool", (string?)(await emulator.Client.OkAsync("GET", "/jobs/job"))["executionInfo"]!["poolId"]);
    }
}

using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Jobs;

[TestClass]
public sealed class AutoPoolTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task An_auto_pool_lives_as_long_as_its_job_unless_it_is_kept_alive(bool keepAlive)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.OkAsync("POST", "/jobs", Job(keepAlive));
        await emulator.AddTaskAsync("task", "true");
        var pool = (string)(await emulator.WaitAsync("task"))["nodeInfo"]!["poolId"]!;
        StringAssert.StartsWith(pool, "mine");

        await emulator.Client.OkAsync("POST", "/jobs/job/terminate");

        if (keepAlive)
        {
            await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/jobs/job"))["state"] == "completed", "the job is completed");
            Assert.AreEqual("active", (string?)(await emulator.Client.OkAsync("GET", $"/pools/{pool}"))["state"]);
        }
        else
        {
            await Eventually.TrueAsync(async () => (await emulator.Client.SendAsync("GET", $"/pools/{pool}")).Status == HttpStatusCode.NotFound, "the pool is gone");
        }
    }

    [TestMethod]
    public async Task An_auto_pool_that_cannot_be_created_completes_the_job_with_a_scheduling_error()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.Client.OkAsync("POST", "/admin/faults", new JsonObject { ["kind"] = "poolQuota", ["count"] = 1 });

        await emulator.Client.OkAsync("POST", "/jobs", Job(keepAlive: false));

        var job = await emulator.Client.OkAsync("GET", "/jobs/job");
        Assert.AreEqual("completed", (string?)job["state"]);
        Assert.AreEqual("usererror", (string?)job["executionInfo"]!["schedulingError"]!["category"]);
    }

    [TestMethod]
    public async Task A_job_manager_has_a_node_to_itself_and_ends_the_job()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync(slots: 2);
        var go = Path.Combine(emulator.DataDirectory, "go");
        await emulator.CreateJobAsync(change: j => j["jobManagerTask"] = new JsonObject
        {
            ["id"] = "manager",
            ["commandLine"] = $"/bin/sh -c 'while [ ! -e {go} ]; do sleep 0.05; done'",
        });
        await emulator.WaitAsync("manager", "running");
        await emulator.AddTaskAsync("other", "true");
        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("other"))["state"]);

        await File.WriteAllTextAsync(go, "");

        JsonObject job = [];
        await Eventually.TrueAsync(async () => (string?)(job = await emulator.Client.OkAsync("GET", "/jobs/job"))["state"] == "completed", "the job is completed");
        Assert.AreEqual("JMComplete", (string?)job["executionInfo"]!["terminateReason"]);
    }

    private static JsonObject Job(bool keepAlive) => new()
    {
        ["id"] = "job",
        ["poolInfo"] = new JsonObject
        {
            ["autoPoolSpecification"] = new JsonObject
            {
                ["autoPoolIdPrefix"] = "mine",
                ["poolLifetimeOption"] = "job",
                ["keepAlive"] = keepAlive,
                ["pool"] = new JsonObject { ["vmSize"] = "standard_d2s_v5", ["targetDedicatedNodes"] = 1 },
            },
        },
    };
}

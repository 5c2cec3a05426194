using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Tasks;

[TestClass]
public sealed class DependencyTests
{
    [TestMethod]
    public async Task Tasks_run_after_what_they_depend_on_by_id_and_by_range()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(slots: 4);
        await emulator.CreateJobAsync(change: j => j["usesTaskDependencies"] = true);
        var log = Path.Combine(emulator.DataDirectory, "order");
        await emulator.AddTaskAsync("last", $"/bin/sh -c 'echo last >> {log}'", t => t["dependsOn"] = new JsonObject { ["taskIds"] = new JsonArray("middle") });
        await emulator.AddTaskAsync("middle", $"/bin/sh -c 'echo middle >> {log}'", t =>
            t["dependsOn"] = new JsonObject { ["taskIdRanges"] = new JsonArray(new JsonObject { ["start"] = 1, ["end"] = 3 }) });
        foreach (var id in (string[])["1", "2", "3"])
        {
            await emulator.AddTaskAsync(id, $"/bin/sh -c 'echo number >> {log}'");
        }

        await emulator.WaitAsync("last");

        CollectionAssert.AreEqual(new[] { "number", "number", "number", "middle", "last" }, await File.ReadAllLinesAsync(log));
    }

    [TestMethod]
    public async Task A_failed_dependency_blocks_for_good_unless_its_exit_conditions_satisfy()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["usesTaskDependencies"] = true);
        await emulator.AddTaskAsync("blocks", "/bin/sh -c 'exit 7'");
        await emulator.AddTaskAsync("satisfies", "/bin/sh -c 'exit 7'", t => t["exitConditions"] = new JsonObject
        {
            ["exitCodeRanges"] = new JsonArray(new JsonObject { ["start"] = 5, ["end"] = 9, ["exitOptions"] = new JsonObject { ["dependencyAction"] = "Satisfy" } }),
        });
        await emulator.AddTaskAsync("never", "true", t => t["dependsOn"] = new JsonObject { ["taskIds"] = new JsonArray("blocks") });
        await emulator.AddTaskAsync("runs", "true", t => t["dependsOn"] = new JsonObject { ["taskIds"] = new JsonArray("satisfies") });

        await emulator.WaitAsync("runs");

        Assert.AreEqual("completed", (string?)(await emulator.TaskAsync("blocks"))["state"]);
        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("never"))["state"]);
        await emulator.Client.OkAsync("DELETE", "/jobs/job/tasks/never");
    }

    [TestMethod]
    public async Task Dependencies_need_a_job_that_uses_them()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();

        Assert.AreEqual("TaskDependenciesNotSpecifiedOnJob", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/jobs/job/tasks",
            new JsonObject { ["id"] = "a", ["commandLine"] = "true", ["dependsOn"] = new JsonObject { ["taskIds"] = new JsonArray("b") } }));
    }

    [TestMethod]
    public async Task A_reactivated_task_runs_again_with_all_its_retries_and_lets_dependents_run()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["usesTaskDependencies"] = true);
        var mark = Path.Combine(emulator.DataDirectory, "fixed");
        await emulator.AddTaskAsync("flaky", $"/bin/sh -c 'test -e {mark}'", t => t["constraints"] = new JsonObject { ["maxTaskRetryCount"] = 1 });
        await emulator.AddTaskAsync("after", "true", t => t["dependsOn"] = new JsonObject { ["taskIds"] = new JsonArray("flaky") });
        Assert.AreEqual(1, (int)(await emulator.WaitAsync("flaky"))["executionInfo"]!["retryCount"]!);
        await File.WriteAllTextAsync(mark, "");

        await emulator.Client.OkAsync("POST", "/jobs/job/tasks/flaky/reactivate");

        await emulator.WaitAsync("after");
        Assert.AreEqual(0, (int)(await emulator.TaskAsync("flaky"))["executionInfo"]!["retryCount"]!);
        Assert.AreEqual("OperationInvalidForCurrentState", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/jobs/job/tasks/flaky/reactivate"));
    }
}

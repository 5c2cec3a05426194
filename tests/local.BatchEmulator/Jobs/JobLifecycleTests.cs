using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Jobs;

[TestClass]
public sealed class JobLifecycleTests
{
    [TestMethod]
    public async Task A_job_ends_by_itself_when_its_tasks_are_completed_and_it_asks_for_that()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("a", "true");
        await emulator.Client.OkAsync("PATCH", "/jobs/job", new JsonObject { ["onAllTasksComplete"] = "terminateJob" });

        var job = await WaitAsync(emulator, "completed");

        Assert.AreEqual("AllTasksComplete", (string?)job["executionInfo"]!["terminateReason"]);
        Assert.IsNotNull(job["executionInfo"]!["endTime"]);
    }

    [TestMethod]
    public async Task A_jobs_wall_clock_limit_ends_its_tasks()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["constraints"] = new JsonObject { ["maxWallClockTime"] = "PT0.5S" });
        await emulator.AddTaskAsync("a", "sleep 600");

        var job = await WaitAsync(emulator, "completed");

        Assert.AreEqual("MaxWallClockTimeExpiry", (string?)job["executionInfo"]!["terminateReason"]);
        Assert.AreEqual("TaskEnded", (string?)(await emulator.TaskAsync("a"))["executionInfo"]!["failureInfo"]!["code"]);
    }

    [TestMethod]
    public async Task A_failing_task_can_end_or_disable_its_job()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["onTaskFailure"] = "performExitOptionsJobAction");
        await emulator.AddTaskAsync("fine", "/bin/sh -c 'exit 3'", t => t["exitConditions"] = Condition(3, "none"));
        await emulator.WaitAsync("fine");
        await emulator.AddTaskAsync("disables", "/bin/sh -c 'exit 4'", t => t["exitConditions"] = Condition(4, "disable"));
        await WaitAsync(emulator, "disabled");
        await emulator.Client.OkAsync("POST", "/jobs/job/enable");
        await emulator.AddTaskAsync("ends", "/bin/sh -c 'exit 5'");

        Assert.AreEqual("TaskFailed", (string?)(await WaitAsync(emulator, "completed"))["executionInfo"]!["terminateReason"]);

        static JsonObject Condition(int code, string action) => new()
        {
            ["exitCodes"] = new JsonArray(new JsonObject { ["code"] = code, ["exitOptions"] = new JsonObject { ["jobAction"] = action } }),
        };
    }

    [TestMethod]
    [DataRow("requeue", "active", 1)]
    [DataRow("terminate", "completed", 0)]
    public async Task Disabling_a_job_requeues_or_ends_its_tasks(string option, string state, int requeues)
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("a", "sleep 600");
        await emulator.WaitAsync("a", "running");

        await emulator.Client.OkAsync("POST", "/jobs/job/disable", new JsonObject { ["disableTasks"] = option });

        await WaitAsync(emulator, "disabled");
        var task = await emulator.WaitAsync("a", state);
        Assert.AreEqual(requeues, (int)task["executionInfo"]!["requeueCount"]!);
    }

    [TestMethod]
    public async Task A_disabled_job_that_waits_lets_its_task_end_and_starts_no_other()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var go = Path.Combine(emulator.DataDirectory, "go");
        await emulator.AddTaskAsync("first", $"/bin/sh -c 'while [ ! -e {go} ]; do sleep 0.05; done'");
        await emulator.AddTaskAsync("second", "true");
        await emulator.WaitAsync("first", "running");
        await emulator.Client.OkAsync("POST", "/jobs/job/disable", new JsonObject { ["disableTasks"] = "wait" });
        Assert.AreEqual("disabling", (string?)(await emulator.Client.OkAsync("GET", "/jobs/job"))["state"]);
        await File.WriteAllTextAsync(go, "");

        await WaitAsync(emulator, "disabled");

        Assert.AreEqual("success", (string?)(await emulator.TaskAsync("first"))["executionInfo"]!["result"]);
        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("second"))["state"]);
        await emulator.Client.OkAsync("POST", "/jobs/job/enable");
        await emulator.WaitAsync("second");
    }

    [TestMethod]
    public async Task An_ended_job_refuses_changes_and_keeps_waiting_tasks_as_they_are()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("waiting", "true");
        await emulator.Client.OkAsync("POST", "/jobs/job/terminate");
        await WaitAsync(emulator, "completed");

        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("waiting"))["state"]);
        Assert.AreEqual("JobCompleted", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/jobs/job/terminate"));
        Assert.AreEqual("JobCompleted", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "PATCH", "/jobs/job", new JsonObject { ["priority"] = 1 }));
        Assert.AreEqual("JobCompleted", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "POST", "/jobs/job/tasks", new JsonObject { ["id"] = "b", ["commandLine"] = "true" }));
    }

    [TestMethod]
    public async Task The_pool_of_a_job_changes_only_while_the_job_is_disabled()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreatePoolAsync("other");
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("a", "true");
        var change = new JsonObject { ["poolInfo"] = new JsonObject { ["poolId"] = "other" } };
        Assert.AreEqual("OperationInvalidForCurrentState", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "PATCH", "/jobs/job", change.DeepClone()));
        await emulator.Client.OkAsync("POST", "/jobs/job/disable", new JsonObject { ["disableTasks"] = "wait" });
        await WaitAsync(emulator, "disabled");

        await emulator.Client.OkAsync("PATCH", "/jobs/job", change);
        await emulator.Client.OkAsync("POST", "/jobs/job/enable");

        Assert.AreEqual("other", (string?)(await emulator.WaitAsync("a"))["nodeInfo"]!["poolId"]);
    }

    [TestMethod]
    public async Task Higher_priority_runs_first_and_parallel_tasks_stay_below_the_jobs_limit()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync("low");
        await emulator.CreateJobAsync("high", j => j["priority"] = 100);
        var log = Path.Combine(emulator.DataDirectory, "order");
        await emulator.AddTaskAsync("a", $"/bin/sh -c 'echo low >> {log}'", job: "low");
        await emulator.AddTaskAsync("a", $"/bin/sh -c 'echo high >> {log}'", job: "high");
        await emulator.CreateJobAsync("narrow", j => j["maxParallelTasks"] = 1);
        foreach (var i in Enumerable.Range(0, 4))
        {
            await emulator.AddTaskAsync($"n{i}", $"/bin/sh -c 'mkdir {log}.lock && sleep 0.05 && rmdir {log}.lock'", job: "narrow");
        }

        await emulator.Client.OkAsync("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 1 });
        await emulator.WaitAsync("a", job: "low");
        await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/pools/pool"))["allocationState"] == "steady", "the pool is steady");
        await emulator.Client.OkAsync("POST", "/pools/pool/resize", new JsonObject { ["targetDedicatedNodes"] = 4 });

        CollectionAssert.AreEqual(new[] { "high", "low" }, await File.ReadAllLinesAsync(log));
        foreach (var i in Enumerable.Range(0, 4))
        {
            Assert.AreEqual("success", (string?)(await emulator.WaitAsync($"n{i}", job: "narrow"))["executionInfo"]!["result"]);
        }
    }

    [TestMethod]
    public async Task A_task_that_may_be_displaced_makes_room_for_a_job_with_higher_priority()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync(slots: 2);
        await emulator.CreateJobAsync("low", j => j["allowTaskPreemption"] = true);
        await emulator.CreateJobAsync("firm");
        await emulator.CreateJobAsync("high", j => j["priority"] = 10);
        await emulator.AddTaskAsync("a", "sleep 600", job: "low");
        await emulator.AddTaskAsync("a", "sleep 600", job: "firm");
        await emulator.WaitAsync("a", "running", "low");
        await emulator.WaitAsync("a", "running", "firm");

        await emulator.AddTaskAsync("a", "sleep 600", job: "high");

        await emulator.WaitAsync("a", "running", "high");
        Assert.AreEqual("active", (string?)(await emulator.TaskAsync("a", "low"))["state"]);
        Assert.AreEqual("running", (string?)(await emulator.TaskAsync("a", "firm"))["state"]);
    }

    [TestMethod]
    public async Task Preparation_runs_once_a_node_before_tasks_and_release_when_the_job_ends()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(slots: 2);
        await emulator.CreateJobAsync(change: j =>
        {
            j["jobPreparationTask"] = new JsonObject { ["commandLine"] = "/bin/sh -c 'sleep 0.1; echo prepared >> $AZ_BATCH_NODE_SHARED_DIR/log'" };
            j["jobReleaseTask"] = new JsonObject { ["commandLine"] = "/bin/sh -c 'echo released >> $AZ_BATCH_NODE_SHARED_DIR/log'" };
        });
        foreach (var id in (string[])["a", "b", "c"])
        {
            await emulator.AddTaskAsync(id, "/bin/sh -c 'test -d $AZ_BATCH_JOB_PREP_WORKING_DIR && echo task >> $AZ_BATCH_NODE_SHARED_DIR/log'");
        }

        foreach (var id in (string[])["a", "b", "c"])
        {
            Assert.AreEqual("success", (string?)(await emulator.WaitAsync(id))["executionInfo"]!["result"]);
        }

        var node = (string)(await emulator.TaskAsync("a"))["nodeInfo"]!["nodeId"]!;
        await emulator.Client.OkAsync("POST", "/jobs/job/terminate");
        await WaitAsync(emulator, "completed");
        Assert.AreEqual("prepared\ntask\ntask\ntask\nreleased\n", await emulator.Client.TextAsync($"/pools/pool/nodes/{node}/files/shared/log"));
        var status = (await emulator.Client.OkAsync("GET", "/jobs/job/jobpreparationandreleasetaskstatus"))["value"]![0]!;
        Assert.AreEqual("success", (string?)status["jobPreparationTaskExecutionInfo"]!["result"]);
        Assert.AreEqual("completed", (string?)status["jobReleaseTaskExecutionInfo"]!["state"]);
    }

    [TestMethod]
    public async Task A_failed_preparation_bars_the_node_for_the_job_only()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["jobPreparationTask"] = new JsonObject { ["commandLine"] = "/bin/sh -c 'exit 9'" });
        await emulator.CreateJobAsync("other");
        await emulator.AddTaskAsync("barred", "true");

        await Eventually.TrueAsync(async () => (string?)(await emulator.Client.OkAsync("GET", "/jobs/job/jobpreparationandreleasetaskstatus"))["value"]!.AsArray()
            .FirstOrDefault()?["jobPreparationTaskExecutionInfo"]?["result"] == "failure", "the preparation has failed");
        await emulator.AddTaskAsync("runs", "true", job: "other");

        await emulator.WaitAsync("runs", job: "other");
        Assert.AreEqual("active", (string?)(await emulator.WaitAsync("barred", "active"))["state"]);
    }

    [TestMethod]
    public async Task Deleting_a_job_leaves_no_process_and_no_file()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(20));
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var sleeping = new SleepingProcesses(emulator.DataDirectory);
        await emulator.AddTaskAsync("a", sleeping.Command);
        await Eventually.TrueAsync(() => sleeping.Alive.Count == 1, "the process runs");

        await emulator.Client.OkAsync("DELETE", "/jobs/job");

        await Eventually.TrueAsync(async () => (await emulator.Client.SendAsync("GET", "/jobs/job")).Status == HttpStatusCode.NotFound, "the job is gone");
        Assert.IsEmpty(sleeping.Alive);
        await Eventually.TrueAsync(() => !Directory.EnumerateDirectories(emulator.DataDirectory, "a", SearchOption.AllDirectories).Any(), "the files are gone");
    }

    private static async Task<JsonObject> WaitAsync(EmulatorFixture emulator, string state)
    {
        JsonObject job = [];
        await Eventually.TrueAsync(async () => (string?)(job = await emulator.Client.OkAsync("GET", "/jobs/job"))["state"] == state, $"the job is {state}", () => job.ToJsonString());
        return job;
    }
}

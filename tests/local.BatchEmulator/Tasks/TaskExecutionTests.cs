using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Tasks;

[TestClass]
public sealed class TaskExecutionTests
{
    [TestMethod]
    public async Task A_task_runs_in_its_working_directory_and_leaves_its_output()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var task = await emulator.RunAsync("/bin/sh -c 'echo out; echo err >&2; echo made > made.txt; pwd'");

        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"]);
        Assert.AreEqual(0, (int)task["executionInfo"]!["exitCode"]!);
        var output = await emulator.FileAsync("task", "stdout.txt");
        StringAssert.StartsWith(output, "out\n");
        StringAssert.EndsWith(output.TrimEnd(), "/workitems/job/job-1/task/wd");
        Assert.AreEqual("err\n", await emulator.FileAsync("task", "stderr.txt"));
        Assert.AreEqual("made\n", await emulator.FileAsync("task", "wd%2Fmade.txt"));
        Assert.AreEqual("made\n", await emulator.FileAsync("task", "wd/made.txt"));
    }

    [TestMethod]
    public async Task A_task_sees_the_documented_variables_and_its_own_but_not_the_emulators()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["commonEnvironmentSettings"] = new JsonArray(
            new JsonObject { ["name"] = "COMMON", ["value"] = "job" }, new JsonObject { ["name"] = "BOTH", ["value"] = "job" }));

        await emulator.AddTaskAsync("task", "env", t => t["environmentSettings"] = new JsonArray(new JsonObject { ["name"] = "BOTH", ["value"] = "task" }));

        await emulator.WaitAsync("task");
        var variables = (await emulator.FileAsync("task", "stdout.txt")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l[1]);
        Assert.AreEqual("pool", variables["AZ_BATCH_POOL_ID"]);
        Assert.AreEqual("job", variables["AZ_BATCH_JOB_ID"]);
        Assert.AreEqual("task", variables["AZ_BATCH_TASK_ID"]);
        Assert.AreEqual("true", variables["AZ_BATCH_NODE_IS_DEDICATED"]);
        Assert.AreEqual(variables["AZ_BATCH_TASK_DIR"] + "/wd", variables["AZ_BATCH_TASK_WORKING_DIR"]);
        Assert.AreEqual(emulator.Host.Url + "/", variables["AZ_BATCH_ACCOUNT_URL"]);
        StringAssert.StartsWith(variables["AZ_BATCH_TASK_DIR"], variables["AZ_BATCH_NODE_ROOT_DIR"]);
        Assert.AreEqual("job", variables["COMMON"]);
        Assert.AreEqual("task", variables["BOTH"]);
        Assert.IsFalse(variables.ContainsKey("DOTNET_HOST_PATH"));
    }

    [TestMethod]
    public async Task A_non_zero_exit_is_a_failure_that_names_the_exit_code()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var info = (await emulator.RunAsync("/bin/sh -c \"exit 64\""))["executionInfo"]!;

        Assert.AreEqual(64, (int)info["exitCode"]!);
        Assert.AreEqual("failure", (string?)info["result"]);
        Assert.AreEqual("usererror", (string?)info["failureInfo"]!["category"]);
        Assert.AreEqual("FailureExitCode", (string?)info["failureInfo"]!["code"]);
        Assert.AreEqual(0, (int)info["retryCount"]!);
    }

    [TestMethod]
    public async Task A_failing_task_is_tried_as_often_as_its_constraint_says()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var info = (await emulator.RunAsync("/bin/sh -c 'echo x >> $AZ_BATCH_NODE_SHARED_DIR/tries; exit 1'",
            t => t["constraints"] = new JsonObject { ["maxTaskRetryCount"] = 2 }))["executionInfo"]!;

        Assert.AreEqual(2, (int)info["retryCount"]!);
        Assert.AreEqual("failure", (string?)info["result"]);
        var node = (string)(await emulator.TaskAsync("task"))["nodeInfo"]!["nodeId"]!;
        Assert.AreEqual("x\nx\nx\n", await emulator.Client.TextAsync($"/pools/pool/nodes/{node}/files/shared/tries"));
    }

    [TestMethod]
    public async Task A_program_that_does_not_exist_is_told_apart_from_one_that_fails()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var info = (await emulator.RunAsync("no-such-program --flag", t => t["constraints"] = new JsonObject { ["maxTaskRetryCount"] = 3 }))["executionInfo"]!;

        Assert.AreEqual("CommandProgramNotFound", (string?)info["failureInfo"]!["code"]);
        Assert.IsNull(info["exitCode"]);
        Assert.AreEqual(0, (int)info["retryCount"]!);
    }

    [TestMethod]
    public async Task A_task_that_takes_too_long_is_ended()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(50));

        var info = (await emulator.RunAsync("sleep 600", t => t["constraints"] = new JsonObject { ["maxWallClockTime"] = "PT0.3S" }))["executionInfo"]!;

        Assert.AreEqual("TaskEnded", (string?)info["failureInfo"]!["code"]);
        Assert.AreEqual("servererror", (string?)info["failureInfo"]!["category"]);
    }

    [TestMethod]
    public async Task A_task_that_waits_can_be_terminated_and_counts_as_failed()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("ended", "true");
        await emulator.AddTaskAsync("waiting", "true");

        await emulator.Client.OkAsync("POST", "/jobs/job/tasks/ended/terminate");

        Assert.AreEqual("TaskEnded", (string?)(await emulator.WaitAsync("ended"))["executionInfo"]!["failureInfo"]!["code"]);
        var counts = (await emulator.Client.OkAsync("GET", "/jobs/job/taskcounts"))["taskCounts"]!;
        Assert.AreEqual("""{"active":1,"running":0,"completed":1,"succeeded":0,"failed":1}""", counts.ToJsonString());
    }

    [TestMethod]
    public async Task Terminating_a_task_ends_its_whole_process_group()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.FromMilliseconds(50));
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var sleeping = new SleepingProcesses(emulator.DataDirectory);
        await emulator.AddTaskAsync("task", $"/bin/sh -c '{sleeping.Command} & setsid {sleeping.Command} & trap \"\" TERM; {sleeping.Command}'");
        await Eventually.TrueAsync(() => sleeping.Alive.Count == 3, "the processes run");

        await emulator.Client.OkAsync("POST", "/jobs/job/tasks/task/terminate");

        var info = (await emulator.WaitAsync("task"))["executionInfo"]!;
        Assert.AreEqual("TaskEnded", (string?)info["failureInfo"]!["code"]);
        Assert.IsEmpty(sleeping.Alive);
    }

    [TestMethod]
    public async Task A_container_image_stands_for_local_executables()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.ContainerImages.Add(
            new() { Image = "durableml/*", Executables = { ["python3"] = "/bin/echo" } }));

        var task = await emulator.RunAsync("python3 runner.py 'two words'", t => t["containerSettings"] = new JsonObject { ["imageName"] = "durableml/image-classifier:1" });

        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
        Assert.AreEqual("runner.py two words\n", await emulator.FileAsync("task", "stdout.txt"));
    }

    [TestMethod]
    public async Task An_image_that_nothing_stands_for_fails_the_task_as_a_failed_pull_does()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var info = (await emulator.RunAsync("python3 x.py", t => t["containerSettings"] = new JsonObject { ["imageName"] = "somebody/else" }))["executionInfo"]!;

        Assert.AreEqual("ContainerInvalidImage", (string?)info["failureInfo"]!["code"]);
        StringAssert.Contains((string)info["containerInfo"]!["error"]!, "somebody/else");
    }
}

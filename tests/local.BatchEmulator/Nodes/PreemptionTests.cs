namespace BatchEmulator.Tests.Nodes;

[TestClass]
public sealed class PreemptionTests
{
    [TestMethod]
    public async Task A_preempted_task_gets_notice_and_runs_again_without_losing_a_retry()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0, lowPriority: 1);
        await emulator.CreateJobAsync();
        var mark = Path.Combine(emulator.DataDirectory, "notice");
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'if [ -e {mark} ]; then exit 0; fi; trap \"echo noticed > {mark}; exit 1\" TERM; echo local > left.txt; while :; do sleep 0.1; done'");
        var task = await emulator.WaitAsync("task", "running");
        var node = (string)task["nodeInfo"]!["nodeId"]!;
        await Eventually.TrueAsync(async () => (int)(await emulator.Client.SendRawAsync("HEAD", "/jobs/job/tasks/task/files/wd/left.txt")).StatusCode == 200, "the task has written");

        await emulator.Client.OkAsync("POST", $"/admin/pools/pool/nodes/{node}/preempt");

        task = await emulator.WaitAsync("task");
        Assert.AreEqual("success", (string?)task["executionInfo"]!["result"], task.ToJsonString());
        Assert.AreEqual(0, (int)task["executionInfo"]!["retryCount"]!);
        Assert.AreEqual(0, (int)task["executionInfo"]!["requeueCount"]!);
        Assert.AreEqual(node, (string)task["nodeInfo"]!["nodeId"]!, "the node keeps its id");
        Assert.IsTrue(File.Exists(mark));
        Assert.AreEqual(404, (int)(await emulator.Client.SendRawAsync("HEAD", "/jobs/job/tasks/task/files/wd/left.txt")).StatusCode, "its disk is lost");
    }

    [TestMethod]
    public async Task A_task_that_ignores_the_notice_is_killed_after_the_grace_time()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.PreemptedTime = TimeSpan.FromHours(1));
        await emulator.CreatePoolAsync(dedicated: 0, lowPriority: 1);
        await emulator.CreateJobAsync();
        var sleeping = new SleepingProcesses(emulator.DataDirectory);
        await emulator.AddTaskAsync("task", $"/bin/sh -c 'trap \"\" TERM; {sleeping.Command}'");
        await Eventually.TrueAsync(() => sleeping.Alive.Count == 1, "the process runs");
        var node = (string)(await emulator.TaskAsync("task"))["nodeInfo"]!["nodeId"]!;

        await emulator.Client.OkAsync("POST", $"/admin/pools/pool/nodes/{node}/preempt?graceSeconds=0.1");

        var task = await emulator.WaitAsync("task", "active");
        Assert.IsNull(task["nodeInfo"]);
        Assert.IsEmpty(sleeping.Alive);
        Assert.AreEqual("preempted", (string?)(await emulator.Client.OkAsync("GET", $"/pools/pool/nodes/{node}"))["state"]);
    }
}

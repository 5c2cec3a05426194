using System.Diagnostics;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.State;

[TestClass]
public sealed class RestartTests
{
    [TestMethod]
    public async Task A_restart_keeps_everything_and_runs_interrupted_tasks_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("done", "/bin/sh -c 'echo kept'");
        await emulator.WaitAsync("done");
        var mark = Path.Combine(emulator.DataDirectory, "second");
        var sleeping = new SleepingProcesses(emulator.DataDirectory);
        await emulator.AddTaskAsync("interrupted", $"/bin/sh -c 'if [ -e {mark} ]; then exit 0; fi; touch {mark}; {sleeping.Command}'");
        await emulator.AddTaskAsync("waiting", "true");
        await Eventually.TrueAsync(() => sleeping.Alive.Count == 1, "the process runs");
        var key = emulator.Host.AccountKey;

        await emulator.RestartAsync();

        Assert.IsEmpty(sleeping.Alive);
        Assert.AreEqual(key, emulator.Host.AccountKey);
        var info = (await emulator.WaitAsync("interrupted"))["executionInfo"]!;
        Assert.AreEqual("success", (string?)info["result"]);
        Assert.AreEqual(0, (int)info["retryCount"]!);
        await emulator.WaitAsync("waiting");
        Assert.AreEqual("kept\n", await emulator.FileAsync("done", "stdout.txt"));
    }

    [TestMethod]
    public async Task Killing_the_emulator_kills_its_tasks_and_a_new_one_runs_them_again()
    {
        using var folder = new TemporaryFolder();
        var dll = typeof(DurableMl.Local.BatchEmulator.BatchEmulatorHost).Assembly.Location;
        var port = FreePort.Next();
        const string Key = "a2V5a2V5a2V5a2V5";
        Process Start()
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            start.ArgumentList.Add(dll);
            start.Environment["BatchEmulator__Url"] = $"http://127.0.0.1:{port}";
            start.Environment["BatchEmulator__AccountKey"] = Key;
            start.Environment["BatchEmulator__DataDirectory"] = folder["data"];
            start.Environment["BatchEmulator__SeedPools__0__Id"] = "seed";
            start.Environment["BatchEmulator__SeedPools__0__TargetLowPriorityNodes"] = "2";
            return Process.Start(start)!;
        }

        using var client = new RestClient($"http://127.0.0.1:{port}", "durableml", Key);
        async Task AnswersAsync() => await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await client.SendRawAsync("GET", "/health")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "the emulator answers");

        var sleeping = new SleepingProcesses(folder.Path);
        using var first = Start();
        try
        {
            await AnswersAsync();
            await client.OkAsync("POST", "/jobs", new JsonObject { ["id"] = "job", ["poolInfo"] = new JsonObject { ["poolId"] = "seed" } });
            await client.OkAsync("POST", "/jobs/job/tasks", new JsonObject
            {
                ["id"] = "task",
                ["commandLine"] = $"/bin/sh -c 'if [ -e {folder["mark"]} ]; then exit 0; fi; touch {folder["mark"]}; trap \"\" TERM HUP; setsid {sleeping.Command} & {sleeping.Command}'",
            });
            await Eventually.TrueAsync(() => sleeping.Alive.Count == 2, "the processes run");
        }
        finally
        {
            first.Kill();
            await first.WaitForExitAsync();
        }

        await Eventually.TrueAsync(() => sleeping.Alive.Count == 0, "the task's processes are gone");
        using var second = Start();
        try
        {
            await AnswersAsync();
            JsonObject task = [];
            await Eventually.TrueAsync(async () => (string?)(task = await client.OkAsync("GET", "/jobs/job/tasks/task"))["state"] == "completed", "the task is completed", () => task.ToJsonString());
            Assert.AreEqual("success", (string?)task["executionInfo"]!["result"]);
        }
        finally
        {
            second.Kill();
            await second.WaitForExitAsync();
        }
    }

    [TestMethod]
    public async Task Killing_a_tasks_supervisor_leaves_no_process_and_runs_the_task_again()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        var mark = Path.Combine(emulator.DataDirectory, "second");
        var sleeping = new SleepingProcesses(emulator.DataDirectory);
        await emulator.AddTaskAsync("task", $"/bin/sh -c '[ -e {mark} ] && exit 0; touch {mark}; setsid {sleeping.Command} & {sleeping.Command}'");
        await Eventually.TrueAsync(() => sleeping.Alive.Count == 2, "the processes run");
        // The watching half of the supervisor is a process of the same kind: it goes, too, and with it the last who would know.
        var supervisors = ProcessTree.Below(Environment.ProcessId)
            .Where(pid => ProcessTree.Arguments(pid) is var arguments && arguments.Contains("supervisor") && arguments.Any(a => a.Contains(mark, StringComparison.Ordinal))).ToList();
        Assert.HasCount(2, supervisors);
        foreach (var pid in supervisors)
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }

        Assert.AreEqual("success", (string?)(await emulator.WaitAsync("task"))["executionInfo"]!["result"]);
        Assert.IsEmpty(sleeping.Alive);
    }

    [TestMethod]
    public async Task Two_emulators_cannot_share_a_data_directory()
    {
        await using var emulator = await EmulatorFixture.StartAsync();

        var error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => DurableMl.Local.BatchEmulator.BatchEmulatorHost.StartAsync(
            new() { Url = "http://127.0.0.1:0", DataDirectory = emulator.DataDirectory }));

        StringAssert.Contains(error.Message, "DataDirectory");
    }
}

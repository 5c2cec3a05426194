using System.Net;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests.Files;

[TestClass]
public sealed class FileTests
{
    [TestMethod]
    public async Task Files_are_listed_read_in_part_described_and_deleted()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.RunAsync("/bin/sh -c 'mkdir deep; printf 0123456789 > deep/digits; echo x > other'");
        const string Files = "/jobs/job/tasks/task/files";

        Assert.AreEqual("stderr.txt,stdout.txt,wd", await NamesAsync(Files));
        Assert.AreEqual("wd,wd/deep,wd/deep/digits,wd/other", await NamesAsync(Files + "?recursive=true&$filter=" + Uri.EscapeDataString("startswith(name,'wd')")));
        var part = await emulator.Client.SendRawAsync("GET", Files + "/wd/deep/digits", null, ("ocp-range", "bytes=2-4"));
        Assert.AreEqual(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.AreEqual("234", await part.Content.ReadAsStringAsync());
        var head = await emulator.Client.SendRawAsync("HEAD", Files + "/wd/deep/digits");
        Assert.AreEqual(10, head.Content.Headers.ContentLength);
        Assert.AreEqual("false", head.Headers.GetValues("ocp-batch-file-isdirectory").Single());
        StringAssert.EndsWith(head.Headers.GetValues("ocp-batch-file-mode").Single(), "644");
        Assert.AreEqual(HttpStatusCode.PreconditionFailed, (await emulator.Client.SendRawAsync("GET", Files + "/wd/deep/digits", null, ("If-Unmodified-Since", DateTimeOffset.UtcNow.AddDays(-1).ToString("R")))).StatusCode);
        Assert.AreEqual("OperationInvalidForCurrentState", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "DELETE", Files + "/wd/deep"));

        await emulator.Client.OkAsync("DELETE", Files + "/wd/deep?recursive=true");

        Assert.AreEqual("FileNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", Files + "/wd/deep/digits"));

        async Task<string> NamesAsync(string path) => string.Join(',', (await emulator.Client.OkAsync("GET", path))["value"]!.AsArray().Select(f => (string)f!["name"]!));
    }

    [TestMethod]
    [DataRow("wd%2F..%2F..%2F..%2F..%2F..%2Femulator.lock")]
    [DataRow("%2e%2e%2f%2e%2e%2fother")]
    [DataRow("wd/secret")]
    public async Task No_path_and_no_link_leads_out_of_the_task(string path)
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.RunAsync("/bin/sh -c 'ln -s /etc/hostname secret; ln -s /etc dir'");

        Assert.AreEqual("FileNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/jobs/job/tasks/task/files/" + path));
        Assert.AreEqual("FileNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", "/jobs/job/tasks/task/files/wd/dir/hostname"));
    }

    [TestMethod]
    public async Task A_task_that_has_not_run_has_no_files_and_a_cleaned_up_one_has_none_left()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync(change: j => j["usesTaskDependencies"] = true);
        await emulator.AddTaskAsync("waits", "true", t => t["dependsOn"] = new JsonObject { ["taskIds"] = new JsonArray("nobody") });
        await emulator.AddTaskAsync("brief", "true", t => t["constraints"] = new JsonObject { ["retentionTime"] = "PT0.2S" });
        await emulator.WaitAsync("brief");

        Assert.AreEqual("TaskFilesUnavailable", await emulator.Client.FailsAsync(HttpStatusCode.Conflict, "GET", "/jobs/job/tasks/waits/files/stdout.txt"));
        await Eventually.TrueAsync(async () => (string?)(await emulator.Client.SendAsync("GET", "/jobs/job/tasks/brief/files/stdout.txt")).Body["code"] == "TaskFilesCleanedup", "the files are cleaned up");
    }

    [TestMethod]
    public async Task A_file_can_be_read_while_its_task_writes_it()
    {
        await using var emulator = await EmulatorFixture.StartAsync(o => o.TerminationGrace = TimeSpan.Zero);
        await emulator.CreatePoolAsync();
        await emulator.CreateJobAsync();
        await emulator.AddTaskAsync("task", "/bin/sh -c 'echo first; sleep 600'");
        await emulator.WaitAsync("task", "running");

        await Eventually.TrueAsync(async () => (int)(await emulator.Client.SendRawAsync("HEAD", "/jobs/job/tasks/task/files/stdout.txt")).StatusCode == 200
            && await emulator.FileAsync("task", "stdout.txt") == "first\n", "the output shows");
    }
}

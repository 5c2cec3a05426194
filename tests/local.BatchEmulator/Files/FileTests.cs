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
        await emulator.RunAsync("/bin/sh -c 'mkdir deep; printf 0123456789 > deep/digits; chmod 640 deep/digits; echo x > other'");
        const string Files = "/jobs/job/tasks/task/files";

        Assert.AreEqual("stderr.txt,stdout.txt,wd", await NamesAsync(Files));
        Assert.AreEqual("wd,wd/deep,wd/deep/digits,wd/other", await NamesAsync(Files + "?recursive=true&$filter=" + Uri.EscapeDataString("startswith(name,'wd')")));
        var part = await emulator.Client.SendRawAsync("GET", Files + "/wd/deep/digits", null, ("ocp-range", "bytes=2-4"));
        Assert.AreEqual(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.AreEqual("234", await part.Content.ReadAsStringAsync());
        var head = await emulator.Client.SendRawAsync("HEAD", Files + "/wd/deep/digits");
        Assert.AreEqual(10, head.Content.Headers.ContentLength);
        Assert.AreEqual("false", head.Headers.GetValues("ocp-batch-file-isdirectory").Single());
        StringAssert.EndsWith(head.Headers.GetValues("ocp-batch-file-mode").Single(), "640");
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

    [TestMethod]
    public async Task Links_in_a_circle_and_pipes_neither_hang_a_listing_nor_a_read_nor_an_upload()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.RunAsync("/bin/sh -c 'ln -s . a; ln -s . b; mkdir deep; ln -s .. deep/up; ln -s deep/file link; echo x > deep/file; mkfifo pipe; echo y > deep.txt'");
        const string Files = "/jobs/job/tasks/task/files";

        var names = (await emulator.Client.OkAsync("GET", Files + "?recursive=true"))["value"]!.AsArray().Select(f => (string)f!["name"]!).ToList();

        CollectionAssert.AreEqual(new[] { "stderr.txt", "stdout.txt", "wd", "wd/deep", "wd/deep.txt", "wd/deep/file", "wd/pipe" }, names);
        Assert.AreEqual("", await emulator.FileAsync("task", "wd/pipe"));
        foreach (var behind in (string[])["wd/link", "wd/a/deep/file", "wd/deep/up/deep/file"])
        {
            Assert.AreEqual("FileNotFound", await emulator.Client.FailsAsync(HttpStatusCode.NotFound, "GET", $"{Files}/{behind}"));
        }
    }

    [TestMethod]
    public async Task Pages_of_a_listing_go_on_where_the_last_one_ended()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.RunAsync("/bin/sh -c 'mkdir -p a a-b; touch a/c a-b/c a.txt a/z'");
        var names = new List<string>();

        for (var next = "/jobs/job/tasks/task/files?recursive=true&maxresults=2"; next is not null;)
        {
            var page = await emulator.Client.OkAsync("GET", next);
            names.AddRange(page["value"]!.AsArray().Select(f => (string)f!["name"]!));
            next = (string?)page["odata.nextLink"];
        }

        CollectionAssert.AreEqual(new[] { "stderr.txt", "stdout.txt", "wd", "wd/a", "wd/a-b", "wd/a-b/c", "wd/a.txt", "wd/a/c", "wd/a/z" }, names);
    }
}

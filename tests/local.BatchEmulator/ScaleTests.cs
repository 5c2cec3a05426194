using System.Diagnostics;
using System.Text.Json.Nodes;

namespace BatchEmulator.Tests;

[TestClass]
public sealed class ScaleTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public async Task Ten_thousand_tasks_are_added_page_by_page_and_listed_whole()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 0);
        await emulator.CreateJobAsync();
        var watch = Stopwatch.StartNew();
        for (var page = 0; page < 100; page++)
        {
            var tasks = new JsonArray([.. Enumerable.Range(page * 100, 100).Select(i => new JsonObject { ["id"] = $"task-{i}", ["commandLine"] = "true" })]);
            var results = (await emulator.Client.OkAsync("POST", "/jobs/job/addtaskcollection", new JsonObject { ["value"] = tasks }))["value"]!.AsArray();
            Assert.IsTrue(results.All(r => (string?)r!["status"] == "success"));
        }

        TestContext.WriteLine($"10,000 tasks added in {watch.Elapsed.TotalSeconds:0.0} s");
        watch.Restart();
        var seen = new HashSet<string>();
        string? next = "/jobs/job/tasks?$select=id";
        while (next is not null)
        {
            var list = await emulator.Client.OkAsync("GET", next);
            seen.UnionWith(list["value"]!.AsArray().Select(t => (string)t!["id"]!));
            next = (string?)list["odata.nextLink"];
        }

        TestContext.WriteLine($"and listed in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.HasCount(10_000, seen);
        var counts = (await emulator.Client.OkAsync("GET", "/jobs/job/taskcounts"))["taskCounts"]!;
        Assert.AreEqual(10_000, (int)counts["active"]!);
    }

    [TestMethod]
    public async Task Fifty_tasks_run_at_once()
    {
        await using var emulator = await EmulatorFixture.StartAsync();
        await emulator.CreatePoolAsync(dedicated: 10, slots: 5);
        await emulator.CreateJobAsync();
        var meeting = Path.Combine(emulator.DataDirectory, "meeting");
        Directory.CreateDirectory(meeting);
        var watch = Stopwatch.StartNew();

        // Each waits for all the others: only fifty at once get through.
        await emulator.Client.OkAsync("POST", "/jobs/job/addtaskcollection", new JsonObject
        {
            ["value"] = new JsonArray([.. Enumerable.Range(0, 50).Select(i => new JsonObject
            {
                ["id"] = $"task-{i}",
                ["commandLine"] = $"/bin/sh -c 'touch {meeting}/{i}; while [ $(ls {meeting} | wc -l) -lt 50 ]; do sleep 0.2; done'",
            })]),
        });

        await Eventually.TrueAsync(async () => (int)(await emulator.Client.OkAsync("GET", "/jobs/job/taskcounts"))["taskCounts"]!["succeeded"]! == 50, "all fifty have met");
        TestContext.WriteLine($"50 concurrent tasks in {watch.Elapsed.TotalSeconds:0.0} s");
    }
}

using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Pipelines;

/// <summary>How large a run's messages and histories get, against what the back ends take. docs/tuning.md has the numbers.</summary>
[TestClass]
public sealed class SizeTests
{
    /// <summary>What Azure Storage puts into a queue; a larger message goes through a blob, which is slower.</summary>
    private const int QueueMessage = 45 * 1024;

    /// <summary>What the Durable Task Scheduler takes as a message.</summary>
    private const int SchedulerMessage = 1024 * 1024;

    /// <summary>What a row of a table holds, of which a history has one for each event.</summary>
    private const int TableRow = 1024 * 1024;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task Messages_and_histories_of_a_run_like_the_example_keep_far_below_the_limits()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok", "ok", "ok", "ok", "ok", "ok");
        using HttpResponseMessage response = await app.Http.PostAsJsonAsync("api/pipelines", pipeline);
        JsonNode started = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        string id = (string)started["id"]!;
        Assert.AreEqual("published", (string?)(await app.EndAsync(id))["output"]!["state"]);

        int largest = 0;
        int history = 0;
        foreach (string instance in new[] { id, $"{id}:preprocess", $"{id}:sweep", $"{id}:trial-000", $"{id}:trial-005" })
        {
            string url = ((string)started["statusQueryGetUri"]!).Replace($"/instances/{id}", $"/instances/{instance}", StringComparison.Ordinal) + "&showInput=true&showHistory=true&showHistoryOutput=true";
            JsonArray events = JsonNode.Parse(await app.Http.GetStringAsync(url))!["historyEvents"]!.AsArray();
            Assert.IsTrue(events.Any(@event => @event!["Input"] is not null), "what activities are given is in the history, too");
            int[] sizes = [.. events.Select(@event => Encoding.UTF8.GetByteCount(@event!.ToJsonString()))];
            TestContext.WriteLine($"{instance[id.Length..]}: {events.Count} events, {sizes.Sum()} bytes, the largest {sizes.Max()}");
            largest = Math.Max(largest, sizes.Max());
            history = Math.Max(history, sizes.Sum());
        }

        Assert.IsLessThan(QueueMessage / 3, largest, "the largest event");
        Assert.IsLessThan(TableRow / 4, history, "the largest history");
        Assert.IsLessThan(SchedulerMessage, history);
    }
}

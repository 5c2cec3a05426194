using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Inference.Experiments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Experiments;

/// <summary>Two servers over one storage account, as two instances behind one address.</summary>
[TestClass]
public sealed class LabelLogTests : IAsyncDisposable
{
    private const string Rules = """{"route":{"type":"version","target":{"version":"1"}}}""";

    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly BlobContainerClient container = Storage.NewContainer();
    private readonly List<InferenceHost> hosts = [];

    public async ValueTask DisposeAsync()
    {
        foreach (InferenceHost host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task A_label_posted_to_any_instance_counts_where_the_request_was_answered()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");

        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(0, await LabelledAsync(other));
        JsonNode arm = (await ResultsAsync(one))["arms"]![0]!["feedback"]!;

        Assert.AreEqual((1, 1.0), ((int)arm["labelled"]!, (double)arm["accuracy"]!));
        Assert.AreEqual(1, await LabelledAsync(other));
    }

    [TestMethod]
    public async Task An_instance_looks_for_labels_without_being_asked()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "0"));

        // Asked of the other instance, which knows no prediction and so counts nothing itself.
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(ExperimentKeeper.Interval);
                return await LabelledAsync(other) == 1;
            },
            "the label is counted");
    }

    [TestMethod]
    public async Task A_label_posted_again_counts_once()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");

        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(1, await LabelledAsync(one));
        var known = await one.Client.PostJsonAsync("api/feedback", Body("r1", "1"));
        Assert.AreEqual(200, known.Status);
        Assert.IsEmpty(known.Body["counted"]!.AsArray());
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(1, await LabelledAsync(one));
    }

    [TestMethod]
    public async Task Labels_of_any_hour_are_read_on_from_where_the_last_look_ended()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        for (int i = 0; i < 4; i++)
        {
            await InferAsync(one, $"r{i}");
            Assert.AreEqual(202, await LabelAsync(other, $"r{i}", "1"));
            Assert.AreEqual(i + 1, await LabelledAsync(one));
            time.Advance(TimeSpan.FromMinutes(40));
        }
    }

    [TestMethod]
    public async Task A_label_written_late_in_an_hour_is_found_in_the_next()
    {
        DateTimeOffset now = time.GetUtcNow();
        time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(10) - new TimeSpan(0, now.Minute, now.Second));
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        time.Advance(TimeSpan.FromSeconds(20));

        Assert.AreEqual(1, await LabelledAsync(one));
    }

    [TestMethod]
    public async Task Lines_that_cannot_be_counted_keep_no_others_from_it()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1,1"));
        await other.Registry.Documents.AppendAsync($"m/labels/{time.GetUtcNow():yyyy-MM-dd-HH}.jsonl", "not JSON\n"u8.ToArray(), CancellationToken.None);
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));

        Assert.AreEqual(1, await LabelledAsync(one));
        Assert.AreEqual(202, await LabelAsync(one, "never asked", "1"));
        Assert.AreEqual(1, await LabelledAsync(one));
    }

    [TestMethod]
    [DataRow("m", "", "1", 400, "$.id")]
    [DataRow("m", "long", "1", 400, "$.id")]
    [DataRow("m", "many", "many", 400, "$.labels")]
    [DataRow("nothing", "r1", "1", 404, null)]
    [DataRow("plain", "r1", "1", 404, null)]
    public async Task Labels_that_could_never_be_matched_are_refused_at_once(string model, string id, string labels, int status, string? path)
    {
        (InferenceHost one, _) = await StartAsync();
        await one.PublishAsync("plain", OnnxModel.Add(1));
        id = id == "long" ? new string('x', 1025) : id;
        labels = labels == "many" ? string.Join(',', Enumerable.Repeat(1, 257)) : labels;
        var (actual, body, _) = await one.Client.PostJsonAsync("api/feedback", Body(id, labels, model));

        Assert.AreEqual(status, actual, body.ToJsonString());
        Assert.AreEqual(path, (string?)body["errors"]?[0]?["path"]);
    }

    private async Task<(InferenceHost One, InferenceHost Other)> StartAsync()
    {
        InferenceHost one = await StartHostAsync(container);
        await one.PublishAsync("m", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await one.SetTrafficAsync("m", Rules);
        return (one, await StartHostAsync(container));
    }

    private async Task<InferenceHost> StartHostAsync(BlobContainerClient storage)
    {
        InferenceHost host = await InferenceHost.StartAsync(
            storage, configure: services => services.AddSingleton<TimeProvider>(time));
        hosts.Add(host);
        return host;
    }

    private static async Task InferAsync(InferenceHost host, string id)
    {
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/m/infer", Request("x", "FP32", [1, 2], "[1,5]", $$""","id":"{{id}}" """));
        Assert.AreEqual(200, status, body.ToJsonString());
    }

    private static async Task<int> LabelAsync(InferenceHost host, string id, string labels) =>
        (await host.Client.PostJsonAsync("api/feedback", Body(id, labels))).Status;

    private static string Body(string id, string labels, string model = "m") => $$"""{"model":"{{model}}","id":"{{id}}","labels":[{{labels}}]}""";

    private static async Task<JsonNode> ResultsAsync(InferenceHost host)
    {
        var (status, body) = await host.Client.GetJsonAsync("api/models/m/experiments");
        Assert.AreEqual(200, status, body.ToJsonString());
        return body;
    }

    private static async Task<int> LabelledAsync(InferenceHost host) => (int)(await ResultsAsync(host))["arms"]!.AsArray().Sum(arm => (int)arm!["feedback"]!["labelled"]!);
}

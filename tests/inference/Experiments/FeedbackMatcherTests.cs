using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Experiments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Experiments;

/// <summary>Two servers over one storage account, as two instances behind one address.</summary>
[TestClass]
public sealed class FeedbackMatcherTests : IAsyncDisposable
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
        Assert.AreEqual(1, (int)(await ResultsAsync(other))["feedback"]!["pending"]!);
        JsonNode results = await ResultsAsync(one);

        Assert.AreEqual(0, (int)results["feedback"]!["pending"]!);
        Assert.AreEqual(1, (int)results["arms"]![0]!["feedback"]!["labelled"]!);
        Assert.AreEqual(1.0, (double)results["arms"]![0]!["feedback"]!["accuracy"]!);
        Assert.IsEmpty(await WaitingAsync());
    }

    [TestMethod]
    public async Task An_instance_looks_for_labels_without_being_asked()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "0"));

        // Asked of the other instance, which knows no prediction and so takes nothing itself.
        JsonNode results = await Eventually.GetAsync(
            async () =>
            {
                time.Advance(FeedbackMatcher.Interval);
                JsonNode now = await ResultsAsync(other);
                return now["arms"]!.AsArray() is [{ } arm] && (int)arm["feedback"]!["labelled"]! > 0 ? now : null;
            },
            "the label is counted");

        Assert.AreEqual(0.0, (double)results["arms"]![0]!["feedback"]!["accuracy"]!);
    }

    [TestMethod]
    public async Task A_label_posted_again_counts_once_and_one_that_differs_is_refused()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");

        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(409, await LabelAsync(other, "r1", "0"));
        Assert.HasCount(1, await WaitingAsync());
        Assert.AreEqual(1, (int)(await ResultsAsync(one))["arms"]![0]!["feedback"]!["labelled"]!);

        var known = await one.Client.PostJsonAsync("api/feedback", Body("r1", "1"));
        Assert.AreEqual(200, known.Status);
        Assert.IsEmpty(known.Body["counted"]!.AsArray());
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        JsonNode results = await ResultsAsync(one);

        Assert.AreEqual(1, (int)results["arms"]![0]!["feedback"]!["labelled"]!);
        Assert.AreEqual(1, (int)results["feedback"]!["repeated"]!);
        Assert.AreEqual(0, (int)results["feedback"]!["pending"]!);
    }

    [TestMethod]
    public async Task A_label_that_two_instances_know_counts_on_one_of_them()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        InferenceHost third = await StartHostAsync(container);
        await InferAsync(one, "same");
        await InferAsync(other, "same");
        Assert.AreEqual(202, await LabelAsync(third, "same", "1"));

        await Task.WhenAll(ResultsAsync(one), ResultsAsync(other));

        // The other one still knows the request; only its label is gone.
        Assert.AreEqual(1, (int)(await ResultsAsync(third))["arms"]![0]!["feedback"]!["labelled"]!);
    }

    [TestMethod]
    public async Task A_label_that_nobody_knows_is_counted_as_unmatched_after_an_hour()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        Assert.AreEqual(202, await LabelAsync(one, "never asked", "1"));
        time.Advance(TimeSpan.FromMinutes(55));
        Assert.AreEqual(1, (int)(await ResultsAsync(other))["feedback"]!["pending"]!);

        // Either of them may remove it; each writes what it has counted before it answers.
        time.Advance(TimeSpan.FromMinutes(10));
        await ResultsAsync(other);
        JsonNode results = await ResultsAsync(one);

        Assert.AreEqual(0, (int)results["feedback"]!["pending"]!);
        Assert.AreEqual(1, (int)results["feedback"]!["unmatched"]!);
        Assert.IsEmpty(await WaitingAsync());
    }

    [TestMethod]
    public async Task Labels_in_the_wrong_number_are_rejected_with_the_reason_and_right_ones_may_follow()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync();
        await InferAsync(one, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1,1"));
        JsonNode rejected = (await ResultsAsync(one))["feedback"]!;

        Assert.AreEqual(1, (int)rejected["rejected"]!);
        Assert.Contains("must be one for each example: request 'r1' had 1, and there are 2", (string)rejected["latestRejection"]!["reason"]!);
        Assert.AreEqual(400, await LabelAsync(one, "r1", "1,1"));
        Assert.AreEqual(200, await LabelAsync(one, "r1", "1"));
    }

    [TestMethod]
    public async Task A_blob_that_holds_no_labels_is_rejected_by_name()
    {
        (InferenceHost one, _) = await StartAsync();
        await InferAsync(one, "r1");
        string name = $"m/feedback/{PredictionLog.KeyOf("r1")}.json";
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromString("{}"));
        JsonNode feedback = (await ResultsAsync(one))["feedback"]!;

        Assert.AreEqual(1, (int)feedback["rejected"]!);
        Assert.Contains(name, (string)feedback["latestRejection"]!["reason"]!);
        Assert.IsEmpty(await WaitingAsync());
    }

    [TestMethod]
    public async Task Past_the_limit_labels_are_429_until_others_are_taken()
    {
        (InferenceHost one, InferenceHost other) = await StartAsync(limit: 2);
        await InferAsync(one, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));
        Assert.AreEqual(202, await LabelAsync(other, "r2", "1"));
        var full = await other.Client.PostJsonAsync("api/feedback", Body("r3", "1"));
        Assert.AreEqual(429, full.Status);
        Assert.AreEqual(FeedbackMatcher.Interval, full.Response.Headers.RetryAfter!.Delta);

        await ResultsAsync(one);
        await ResultsAsync(other);

        Assert.AreEqual(202, await LabelAsync(other, "r3", "1"));
    }

    [TestMethod]
    public async Task More_labels_than_one_look_takes_in_are_all_taken_over_several()
    {
        // The limit is also how many blobs an instance lists at a time.
        InferenceHost small = await StartHostAsync(container, limit: 3);
        await small.PublishAsync("m", OnnxModel.Add(1));
        for (int i = 0; i < 7; i++)
        {
            await container.GetBlobClient($"m/feedback/{PredictionLog.KeyOf($"r{i}")}.json").UploadAsync(BinaryData.FromString($$"""{"id":"r{{i}}","labels":[1]}"""));
        }

        time.Advance(TimeSpan.FromHours(2));
        for (int look = 0; look < 4; look++)
        {
            await small.Service<FeedbackMatcher>().SweepAsync("m", CancellationToken.None);
        }

        Assert.AreEqual(7, (int)(await ResultsAsync(small))["feedback"]!["unmatched"]!);
    }

    [TestMethod]
    public async Task A_process_that_breaks_off_between_taking_and_counting_never_counts_a_label_twice()
    {
        (InferenceHost healthy, InferenceHost other) = await StartAsync();
        InferenceHost broken = await StartHostAsync(Storage.Through(new LostAnswer(RequestMethod.Delete, "/feedback/"), container, repeats: false));
        await InferAsync(broken, "r1");
        Assert.AreEqual(202, await LabelAsync(other, "r1", "1"));

        await Assert.ThrowsExactlyAsync<IOException>(() => broken.Service<FeedbackMatcher>().SweepAsync("m", CancellationToken.None));
        Assert.IsEmpty(await WaitingAsync());
        Assert.AreEqual(0, (int)(await ResultsAsync(broken))["arms"]![0]!["feedback"]!["labelled"]!);

        // Sent again it counts, and only then.
        Assert.AreEqual(202, await LabelAsync(healthy, "r1", "1"));
        Assert.AreEqual(1, (int)(await ResultsAsync(broken))["arms"]![0]!["feedback"]!["labelled"]!);
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

    private async Task<(InferenceHost One, InferenceHost Other)> StartAsync(int limit = 100)
    {
        InferenceHost one = await StartHostAsync(container, limit);
        await one.PublishAsync("m", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 1 } }));
        await one.SetTrafficAsync("m", Rules);
        return (one, await StartHostAsync(container, limit));
    }

    private async Task<InferenceHost> StartHostAsync(BlobContainerClient storage, int limit = 100)
    {
        InferenceHost host = await InferenceHost.StartAsync(
            storage, new() { ["Inference:MaxPendingFeedback"] = $"{limit}" }, services => services.AddSingleton<TimeProvider>(time));
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

    private async Task<List<string>> WaitingAsync()
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "m/feedback/", default))
        {
            names.Add(blob.Name);
        }

        return names;
    }
}

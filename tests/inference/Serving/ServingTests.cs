using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Serving;
using DurableMl.Onnx;
using DurableMl.Registry;
using static Inference.Tests.InferClient;

namespace Inference.Tests.Serving;

[TestClass]
public sealed class ServingTests
{
    private static readonly string Ones = Floats("x", [1, 4], 1, 1, 1, 1);

    [TestMethod]
    public async Task A_new_champion_is_picked_up_from_the_registry_without_dropping_a_request()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("m", OnnxModel.Add(1));
        var seen = new ConcurrentDictionary<string, int>();
        using var stop = new CancellationTokenSource(Patience.Limit);
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!seen.ContainsKey("2:3") && !stop.IsCancellationRequested)
            {
                var (status, body, _) = await host.Client.PostJsonAsync("v2/models/m/infer", Ones);
                seen.AddOrUpdate(status == 200 ? $"{body["model_version"]}:{body.Output()[0]}" : $"{status} {body}", 1, (_, n) => n + 1);
            }
        }))];
        while (!seen.ContainsKey("1:2"))
        {
            await Task.Delay(10, stop.Token);
        }

        // Behind the server's back, as another instance or a pipeline would.
        var elsewhere = new ModelRegistry(host.Container, TimeProvider.System);
        await elsewhere.PublishAsync(new("m", new("other"), [ModelSource.FromBytes("model.onnx", OnnxModel.Add(2))]));
        await elsewhere.SetAliasAsync("m", "champion", "2");
        await Task.WhenAll(callers);

        CollectionAssert.AreEquivalent(new[] { "1:2", "2:3" }, seen.Keys.ToArray());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_invalid_new_version_leaves_the_old_one_serving(bool corrupt)
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("m", OnnxModel.Add(1));
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
        await host.Registry.PublishAsync(new("m", new("bad"), [ModelSource.FromBytes("model.onnx", corrupt ? OnnxModel.Add(2) : [1, 2, 3])]));
        if (corrupt)
        {
            BlobClient blob = host.Container.GetBlobClient("m/2/model.onnx");
            byte[] content = (await blob.DownloadContentAsync()).Value.Content.ToArray();
            content[^1] ^= 1;
            await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true);
        }

        await host.Registry.SetAliasAsync("m", "champion", "2");
        JsonNode model = await UntilAsync(host, node => node["problem"] is not null);

        Assert.AreEqual("2", (string)model["aliases"]!["champion"]!);
        Assert.AreEqual("1", (string)model["serving"]!["champion"]!);
        Assert.Contains(corrupt ? "SHA-256" : "cannot be loaded", (string)model["problem"]!);
        Assert.AreEqual("1", (string)(await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Body["model_version"]!);
        Assert.AreEqual(503, (await host.Client.PostJsonAsync("v2/models/m/versions/2/infer", Ones)).Status);
    }

    [TestMethod]
    public async Task A_file_damaged_on_disk_is_downloaded_again()
    {
        await using InferenceHost first = await InferenceHost.StartAsync();
        await first.PublishAsync("m", OnnxModel.Add(1));
        Assert.AreEqual(200, (await first.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
        string file = Directory.GetFiles(first.CacheFolder, "model.onnx", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(file, [1, 2, 3]);

        await using InferenceHost second = await InferenceHost.StartAsync(first.Container, new() { ["Inference:CacheFolder"] = first.CacheFolder });

        Assert.AreEqual(200, (await second.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
        Assert.IsGreaterThan(3, new FileInfo(file).Length);
    }

    [TestMethod]
    public async Task A_model_keeps_its_external_weights_beside_it()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.Registry.PublishAsync(new("m", new("run"), [ModelSource.FromBytes("model.onnx", OnnxModel.Add(1)), ModelSource.FromBytes("weights.bin", new byte[20_000_000])]));

        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/versions/1/infer", Ones)).Status);
        Assert.AreEqual(20_000_000, new FileInfo(Directory.GetFiles(host.CacheFolder, "weights.bin", SearchOption.AllDirectories).Single()).Length);
    }

    [TestMethod]
    public async Task Models_leave_memory_least_recently_used_first_and_come_back()
    {
        byte[] model = OnnxModel.Add(1);
        await using InferenceHost host = await InferenceHost.StartAsync(settings: new() { ["Inference:MaxMemoryBytes"] = $"{2 * model.Length}" });
        for (int i = 0; i < 4; i++)
        {
            await host.PublishAsync($"m{i}", model);
        }

        JsonNode[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (await host.Client.PostJsonAsync($"v2/models/m{i % 4}/infer", Ones)).Body));

        Assert.IsTrue(answers.All(a => a["error"] is null && a.Output()[0] == 2), answers.FirstOrDefault(a => a["error"] is not null)?.ToJsonString());
        Assert.IsLessThanOrEqualTo(2, host.Service<SessionCache>().Count);
    }

    [TestMethod]
    public async Task A_thousand_calls_for_missing_models_disturb_nothing()
    {
        // A busy machine may take longer than a request may; that is not what this is about.
        await using InferenceHost host = await InferenceHost.StartAsync(settings: new() { ["Inference:MaxRequestSeconds"] = "300" });
        await host.PublishAsync("m", OnnxModel.Add(1));
        int[] missing = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
            (await host.Client.PostJsonAsync(i % 2 == 0 ? $"v2/models/missing-{i}/infer" : $"v2/models/m/versions/{i + 10}/infer", Ones)).Status));

        Assert.IsTrue(missing.All(status => status == 404), string.Join(",", missing.Where(s => s != 404).Distinct()));
        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
        await host.PublishAsync("missing-0", OnnxModel.Add(1));
        await UntilOkAsync(host, "v2/models/missing-0/infer");
    }

    [TestMethod]
    public async Task A_model_that_was_asked_for_too_early_is_served_as_soon_as_this_process_has_published_it()
    {
        await using InferenceHost host = await InferenceHost.StartAsync(settings: new() { ["Inference:RefreshSeconds"] = "60" });
        Assert.AreEqual(404, (await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);

        await host.PublishAsync("m", OnnxModel.Add(1));

        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/m/infer", Ones)).Status);
    }

    [TestMethod]
    public async Task Many_first_calls_load_a_model_once()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("m", OnnxModel.Add(1));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.Client.PostJsonAsync("v2/models/m/infer", Ones)));

        string metrics = await host.Client.GetStringAsync("metrics");
        Assert.MatchesRegex("durableml_inference_loads_total{[^}]*model=\"m\",version=\"1\"} 1\n", metrics);
        Assert.MatchesRegex("durableml_inference_requests_total{[^}]*model=\"m\",version=\"1\"} 51\n", metrics, "50 and the warm-up");
    }

    [TestMethod]
    public async Task A_models_own_sample_warms_it_up_and_a_model_that_fails_on_it_is_not_served()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        await host.PublishAsync("good", OnnxModel.Add(1), sample: Ones);
        await host.PublishAsync("bad", OnnxModel.Add(1), sample: Floats("x", [1, 3], 1, 1, 1));

        Assert.AreEqual(200, (await host.Client.PostJsonAsync("v2/models/good/infer", Ones)).Status);
        var (status, body, _) = await host.Client.PostJsonAsync("v2/models/bad/infer", Ones);
        Assert.AreEqual(503, status);
        Assert.Contains("own sample", body.Error());
    }

    [TestMethod]
    public async Task Champions_that_are_to_be_preloaded_are_in_memory_before_the_server_says_it_is_ready_and_no_others()
    {
        BlobContainerClient container = Storage.NewContainer();
        await using (InferenceHost first = await InferenceHost.StartAsync(container))
        {
            await first.PublishAsync("m", OnnxModel.Add(1));
        }

        await using InferenceHost onDemand = await InferenceHost.StartAsync(container);
        Assert.AreEqual(0, onDemand.Service<SessionCache>().Count);
        await using InferenceHost second = await InferenceHost.StartAsync(container, new() { ["Inference:Preload"] = "*" });
        await Eventually.TrueAsync(async () => (await second.Client.GetJsonAsync("v2/health/ready")).Status == 200, "it is ready");
        Assert.AreEqual(1, second.Service<SessionCache>().Count);
    }

    [TestMethod]
    public async Task What_a_session_grows_to_counts_not_the_size_of_its_file()
    {
        // 4 bytes a row become a thousand columns: the largest run is much larger than the model.
        byte[] model = new OnnxModel().Node("MatMul", ["x", "w"], ["wide"]).Node("Neg", ["wide"], ["y"])
            .Initializer("w", [1, 1000], new float[1000]).Input("x", OnnxModel.Float, "batch", 1).Output("y", OnnxModel.Float, "batch", 1000).ToArray();
        await using InferenceHost host = await InferenceHost.StartAsync(settings: new() { ["Inference:MaxMemoryBytes"] = $"{30 << 20}" });
        var cache = host.Service<SessionCache>();
        for (int i = 0; i < 3; i++)
        {
            await host.PublishAsync($"m{i}", model);
            using ModelLease lease = await cache.AcquireAsync($"m{i}", "1", CancellationToken.None);
        }

        Assert.AreEqual(3, cache.Count);
        string large = Request("x", "FP32", [3000, 1], $"[{string.Join(',', new int[3000])}]", ""","outputs":[{"name":"y","parameters":{"classification":1}}]""");
        for (int i = 0; i < 3; i++)
        {
            Assert.AreEqual(200, (await host.Client.PostJsonAsync($"v2/models/m{i}/infer", large)).Status);
        }

        // Measured once a second, when a request ends. What has left comes back with its next request.
        await Eventually.TrueAsync(
            async () =>
            {
                for (int i = 0; i < 3; i++)
                {
                    Assert.AreEqual(200, (await host.Client.PostJsonAsync($"v2/models/m{i}/infer", Floats("x", [1, 1], 1))).Status);
                }

                string metrics = await host.Client.GetStringAsync("metrics");
                return Enumerable.Range(0, 3).Any(i => !Regex.IsMatch(metrics, $"durableml_inference_loads_total{{[^}}]*model=\"m{i}\",version=\"1\"}} 1\n", RegexOptions.None, Patience.Limit));
            },
            "a model has left");
        Assert.IsLessThanOrEqualTo(30L << 20, cache.Bytes);
    }

    [TestMethod]
    public async Task A_warm_up_that_fails_leaves_no_session_behind()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        int before = ModelSession.Open;
        await host.PublishAsync("bad", OnnxModel.Add(1), sample: Floats("x", [1, 3], 1, 1, 1));

        Assert.AreEqual(503, (await host.Client.PostJsonAsync("v2/models/bad/infer", Ones)).Status);
        await Eventually.TrueAsync(() => ModelSession.Open == before, "the session is closed");
        Assert.AreEqual(0, host.Service<SessionCache>().Bytes);
    }

    [TestMethod]
    public async Task A_deadline_that_has_passed_is_504()
    {
        await using InferenceHost host = await InferenceHost.StartAsync();
        // A batch that waits for company longer than the caller waits for it.
        await host.PublishAsync("m", OnnxModel.Add(1), serving: new() { MaxBatch = 4, MaxDelayMicroseconds = 10_000_000 }, alias: null, batching: new(true, "it is an addition"));
        Task<(int Status, JsonNode Body, HttpResponseMessage Response)> late = host.Client.PostJsonAsync("v2/models/m/versions/1/infer", Request("x", "FP32", [1, 4], "[1,1,1,1]", ""","parameters":{"timeout":1000}"""));

        Assert.AreEqual(504, (await late).Status);
    }

    private static Task<JsonNode> UntilAsync(InferenceHost host, Func<JsonNode, bool> wanted) => Eventually.GetAsync(
        async () => (await host.Client.GetJsonAsync("api/models/m")).Body is { } model && wanted(model) ? model : null, "the model is as wanted");

    private static Task UntilOkAsync(InferenceHost host, string path) =>
        Eventually.TrueAsync(async () => (await host.Client.PostJsonAsync(path, Ones)).Status == 200, $"{path} answers");
}

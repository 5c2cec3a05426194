using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Preprocessing;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Inference;

[TestClass]
public sealed class InferenceFunctionsTests
{
    [TestMethod]
    public async Task A_published_model_answers_JSON_and_binary_requests_through_the_app()
    {
        App app = await App.GetAsync();
        string model = await PublishAsync();
        (HttpStatusCode status, JsonNode json) = await SendAsync(
            app, HttpMethod.Post, $"v2/models/{model}/infer", """{"id":"1","inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[3,4]}]}""");
        Assert.AreEqual(HttpStatusCode.OK, status, json.ToJsonString());
        Assert.AreEqual("[3,8]", json["outputs"]![0]!["data"]!.ToJsonString());
        Assert.AreEqual("1", (string)json["model_version"]!);

        byte[] header = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}}"""u8.ToArray();
        var content = new ByteArrayContent([.. header, .. MemoryMarshal.AsBytes<float>([3, 4])]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", $"{header.Length}");
        using HttpResponseMessage binary = await app.Http.PostAsync(new Uri($"v2/models/{model}/versions/1/infer", UriKind.Relative), content);
        byte[] body = await binary.Content.ReadAsByteArrayAsync();
        Assert.AreEqual(HttpStatusCode.OK, binary.StatusCode);
        CollectionAssert.AreEqual(new float[] { 3, 8 }, MemoryMarshal.Cast<byte, float>(body.AsSpan(body.Length - 8)).ToArray());
    }

    [TestMethod]
    [DataRow("GET", "v2", 200)]
    [DataRow("GET", "v2/health/live", 200)]
    [DataRow("GET", "v2/models/{0}", 200)]
    [DataRow("GET", "v2/models/{0}/versions/1", 200)]
    [DataRow("GET", "v2/models/{0}/ready", 200)]
    [DataRow("GET", "v2/models/{0}/versions/1/ready", 200)]
    [DataRow("GET", "v2/models/missing", 404)]
    [DataRow("POST", "v2/models/missing/infer", 404)]
    [DataRow("POST", "v2/models/{0}/infer", 400)]
    [DataRow("POST", "v2/models/{0}/versions/7/infer", 404)]
    [DataRow("GET", "api/models", 200)]
    [DataRow("GET", "api/models/{0}", 200)]
    [DataRow("GET", "api/models/{0}/versions/1", 200)]
    [DataRow("GET", "api/models/{0}/traffic", 200)]
    [DataRow("GET", "api/models/{0}/experiments", 200)]
    [DataRow("PUT", "api/models/{0}/traffic", 428)]
    [DataRow("PUT", "api/models/{0}/aliases/candidate", 400)]
    [DataRow("POST", "api/models/{0}/score", 400)]
    [DataRow("POST", "api/models/{0}/import", 400)]
    [DataRow("POST", "api/feedback", 400)]
    [DataRow("GET", "openapi.json", 200)]
    public async Task Every_route_of_inference_is_there(string method, string path, int expected)
    {
        App app = await App.GetAsync();
        string model = await PublishAsync();
        string? body = method == "GET" ? null : path.Contains("missing", StringComparison.Ordinal) || path.Contains("/7/", StringComparison.Ordinal)
            ? """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[3,4]}]}"""
            : "{}";
        (HttpStatusCode status, JsonNode answer) = await SendAsync(app, new HttpMethod(method), path.Replace("{0}", model, StringComparison.Ordinal), body);

        Assert.AreEqual(expected, (int)status, answer.ToJsonString());
    }

    [TestMethod]
    public async Task Metrics_are_text_for_Prometheus()
    {
        App app = await App.GetAsync();
        string model = await PublishAsync();
        await SendAsync(app, HttpMethod.Get, $"v2/models/{model}/ready", null);
        string metrics = await app.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));

        Assert.MatchesRegex($$"""durableml_inference_loads_total\{[^}]*model="{{model}}",version="1"\} 1""", metrics);
    }

    [TestMethod]
    public async Task Scoring_in_bulk_runs_as_a_durable_orchestration()
    {
        App app = await App.GetAsync();
        string model = await PublishAsync();
        BlobContainerClient datasets = (await Storage.BlobsAsync()).GetBlobContainerClient("datasets");
        await datasets.CreateIfNotExistsAsync();
        for (int shard = 0; shard < 3; shard++)
        {
            await datasets.GetBlobClient($"{model}/test-{shard:00000}-features.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<float>(new float[] { 1, 0, 0, 1 }, 2, 2)));
            await datasets.GetBlobClient($"{model}/test-{shard:00000}-labels.npy").UploadAsync(BinaryData.FromBytes(NpyWriter.Write<long>(new long[] { 0, 1 }, 2)));
        }

        (HttpStatusCode status, JsonNode started) = await SendAsync(app, HttpMethod.Post, $"api/models/{model}/score", $$"""{"input":"datasets/{{model}}/test-"}""");
        Assert.AreEqual(HttpStatusCode.Accepted, status, started.ToJsonString());
        JsonNode instance = await app.EndAsync(started);

        Assert.AreEqual("Completed", (string)instance["runtimeStatus"]!, instance.ToJsonString());
        Assert.Contains("\"Examples\":6", instance["output"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"Accuracy\":1", instance["output"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        (_, JsonNode score) = await SendAsync(app, HttpMethod.Get, $"api/scores/{started["id"]}", null);
        Assert.AreEqual(("completed", 6), ((string)score["state"]!, (int)score["output"]!["examples"]!), score.ToJsonString());
        (status, JsonNode ended) = await SendAsync(app, HttpMethod.Post, $"api/scores/{started["id"]}/cancel", null);
        Assert.AreEqual(HttpStatusCode.Conflict, status);
        StringAssert.StartsWith((string)ended["detail"]!, "It is completed since");
    }

    [TestMethod]
    public async Task A_scoring_that_fails_says_why_in_words()
    {
        App app = await App.GetAsync();
        string model = await PublishAsync();
        (_, JsonNode started) = await SendAsync(app, HttpMethod.Post, $"api/models/{model}/score", $$"""{"input":"datasets/{{model}}/none-"}""");
        await app.EndAsync(started);

        (_, JsonNode score) = await SendAsync(app, HttpMethod.Get, $"api/scores/{started["id"]}", null);

        Assert.AreEqual(("failed", $"There is no .npy shard under datasets/{model}/none-."), ((string)score["state"]!, (string)score["output"]!), score.ToJsonString());
        Assert.AreEqual(HttpStatusCode.NotFound, (await SendAsync(app, HttpMethod.Get, "api/scores/none", null)).Status);
    }

    /// <summary>scores = (x0, 2 · x1).</summary>
    private static async Task<string> PublishAsync()
    {
        string model = Storage.NewName("served");
        var registry = new ModelRegistry(await Storage.BlobsAsync(), TimeProvider.System);
        await registry.PublishAsync(new(model, new("run"), [ModelSource.FromBytes("model.onnx", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 2 } }))]));
        await registry.SetAliasAsync(model, "champion", "1");
        return model;
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(App app, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}

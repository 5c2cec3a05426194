using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.Functions.Inference;
using DurableMl.Inference;
using DurableMl.Inference.Endpoints;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Registry;
using Functions.Tests.Fixtures;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrations.Tests.Fixtures;
using Serving.Tests;

namespace Functions.Tests.Inference;

/// <summary>The conformance suite against the Functions app.</summary>
[TestClass]
public sealed class FunctionsConformanceTests : InferenceConformance
{
    protected override async Task<HttpClient> ClientAsync() => (await App.GetAsync()).Http;

    protected override Task<BlobServiceClient> BlobsAsync() => Storage.BlobsAsync();
}

/// <summary>The signature over the Functions app.</summary>
[TestClass]
public sealed class FunctionsSignatureTests : HttpSignatureConformance
{
    protected override async Task<HttpClient> ClientAsync() => (await App.GetAsync()).Http;

    protected override Task<BlobServiceClient> BlobsAsync() => Storage.BlobsAsync();
}

[TestClass]
public sealed class InferenceFunctionsTests
{
    [TestMethod]
    public async Task Every_row_of_the_table_of_endpoints_has_its_trigger_and_no_trigger_is_without_one()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton(new BlobServiceClient("UseDevelopmentStorage=true")).AddInference();
        await using ServiceProvider provider = services.BuildServiceProvider();
        string[] rows = [.. provider.GetRequiredService<InferenceEndpoints>().All.Select(row =>
            $"{row.Name} {string.Join(',', row.Methods).ToLowerInvariant()} {row.Route} {(row.IsAnonymous ? AuthorizationLevel.Anonymous : AuthorizationLevel.Function)}")];
        string[] triggers = [.. typeof(ServeModels).GetMethods().Select(method => (
            Name: method.GetCustomAttribute<FunctionAttribute>()?.Name, Trigger: method.GetParameters().FirstOrDefault()?.GetCustomAttribute<HttpTriggerAttribute>()))
            .Where(each => each.Trigger is not null).Select(each => $"{each.Name} {string.Join(',', each.Trigger!.Methods!)} {each.Trigger.Route} {each.Trigger.AuthLevel}")];

        CollectionAssert.AreEquivalent(rows, triggers);
    }

    [TestMethod]
    [DataRow("POST", "api/models/{0}/score", 400)]
    [DataRow("POST", "api/models/{0}/import", 400)]
    [DataRow("GET", "openapi.json", 200)]
    public async Task Bulk_scoring_imports_and_the_description_are_there(string method, string path, int expected)
    {
        App app = await App.GetAsync();
        string model = await PublishAsync();
        string route = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, model);
        (HttpStatusCode status, JsonNode body) = await SendAsync(app, new HttpMethod(method), route, method == "GET" ? null : "{}");

        Assert.AreEqual(expected, (int)status, body.ToJsonString());
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

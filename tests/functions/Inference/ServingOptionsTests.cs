using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Registry;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Inference;

/// <summary>Serving options get in by three ways, and mean the same in each: a pipeline's <c>publish.serving</c>, an import's <c>serving</c>, a <c>PATCH</c>.</summary>
[TestClass]
public sealed class ServingOptionsTests
{
    private const string All =
        """{"maxBatch":16,"maxDelayMicroseconds":500,"concurrency":2,"maxQueue":7,"acceptNaN":true,"threads":3,"preload":true,"logPercent":0.5,"drift":true}""";

    private static readonly ServingOptions Expected = new()
    {
        MaxBatch = 16, MaxDelayMicroseconds = 500, Concurrency = 2, MaxQueue = 7, AcceptNaN = true, Threads = 3, Preload = true, LogPercent = 0.5, Drift = true,
    };

    [TestMethod]
    public async Task Every_option_can_be_set_in_each_of_the_three_ways()
    {
        string model = await PublishAsync();

        (HttpStatusCode status, JsonNode patched) = await PatchAsync(model, All);

        Assert.AreEqual(Expected, Pipeline(All).Definition!.Publish.Serving);
        Assert.AreEqual(Expected, ImportRequestReader.Read(Encoding.UTF8.GetBytes(Import(All)), out _)!.Serving);
        Assert.AreEqual((HttpStatusCode.OK, true), (status, JsonNode.DeepEquals(JsonNode.Parse(All), patched)), patched.ToJsonString());
    }

    [TestMethod]
    [DataRow("""{"maxBach":4}""", "maxBach", "is not known here; did you mean 'maxBatch'?")]
    [DataRow("""{"threads":0}""", "threads", "must be 1 to 256")]
    [DataRow("""{"logPercent":101}""", "logPercent", "must be 0 to 100")]
    [DataRow("""{"acceptNaN":"yes"}""", "acceptNaN", "must be true or false, not a string")]
    [DataRow("""{"maxQueue":1.5}""", "maxQueue", "must be a whole number up to 2147483647, not this number")]
    public async Task A_wrong_option_is_refused_for_the_same_reason_in_each_of_the_three_ways(string options, string name, string reason)
    {
        PipelineError inPipeline = Pipeline(options).Errors.Single();
        ImportRequestReader.Read(Encoding.UTF8.GetBytes(Import(options)), out IReadOnlyList<PipelineError> inImport);
        (HttpStatusCode status, JsonNode patched) = await PatchAsync(await PublishAsync(), options);

        Assert.AreEqual(new PipelineError("$.publish.serving." + name, reason), inPipeline);
        Assert.AreEqual(new PipelineError("$.serving." + name, reason), inImport.Single());
        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        Assert.AreEqual(("$." + name, reason), ((string)patched["errors"]![0]!["path"]!, (string)patched["errors"]![0]!["reason"]!));
    }

    [TestMethod]
    [DataRow("7")]
    [DataRow("[]")]
    [DataRow("{\"threads\":1,\"threads\":2}")]
    [DataRow("{")]
    public async Task A_change_that_is_no_object_is_refused(string patch)
    {
        (HttpStatusCode status, JsonNode body) = await PatchAsync(await PublishAsync(), patch);

        Assert.AreEqual(HttpStatusCode.BadRequest, status, body.ToJsonString());
    }

    private static PipelineReading Pipeline(string serving)
    {
        JsonObject pipeline = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "examples", "mnist", "pipeline.json")))!.AsObject();
        pipeline["publish"]!["serving"] = JsonNode.Parse(serving);
        return PipelineReader.Read(Encoding.UTF8.GetBytes(pipeline.ToJsonString()));
    }

    private static string Import(string serving) => $$"""{"source":"raw/m/net.onnx","sample":"raw/m/s.npy","format":"onnx","serving":{{serving}}}""";

    private static async Task<string> PublishAsync()
    {
        string model = Storage.NewName("options");
        var registry = new ModelRegistry(await Storage.BlobsAsync(), TimeProvider.System);
        await registry.PublishAsync(new(model, new("test"), [ModelSource.FromBytes("model.onnx", OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 2 } }))]));
        return model;
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> PatchAsync(string model, string patch)
    {
        App app = await App.GetAsync();
        using var content = new StringContent(patch, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PatchAsync(new Uri($"api/models/{model}/versions/1/serving", UriKind.Relative), content);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}

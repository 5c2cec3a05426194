using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Inference;

[TestClass]
public sealed class ImportModelTests
{
    [TestMethod]
    public async Task A_request_that_is_not_valid_is_answered_with_every_field_and_its_fix()
    {
        (HttpStatusCode status, string? type, JsonNode body) = await PostAsync("m", """{"source":"raw/net","sample":"raw/s.csv","format":"onnx","expected":"raw/e"}""");

        Assert.AreEqual((HttpStatusCode.BadRequest, "application/problem+json"), (status, type));
        CollectionAssert.AreEqual(new[] { "$.sample", "$.source", "$.expected" }, body["errors"]!.AsArray().Select(error => (string)error!["path"]!).ToArray());
        Assert.IsTrue(body["errors"]!.AsArray().All(error => ((string)error!["reason"]!).StartsWith("must ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_model_s_name_that_is_not_allowed_and_a_body_that_is_too_long_are_refused()
    {
        Assert.AreEqual(HttpStatusCode.BadRequest, (await PostAsync("-m", "{}")).Status);
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, (await PostAsync("m", new string(' ', 20_000))).Status);
    }

    [TestMethod]
    public async Task An_ONNX_model_is_published_without_a_Batch_job_and_served()
    {
        App app = await App.GetAsync();
        string model = Storage.NewName("onnx");
        BlobContainerClient raw = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        await raw.GetBlobClient(model + "/net.onnx").UploadAsync(BinaryData.FromBytes(OnnxModel.Linear(new float[,] { { 1, 0 }, { 0, 2 } })));
        await raw.GetBlobClient(model + "/s.npy").UploadAsync(BinaryData.FromBytes(DurableMl.Orchestrations.Preprocessing.NpyWriter.Write<float>([1, 1], 1, 2)));

        (HttpStatusCode status, _, JsonNode started) = await PostAsync(model, $$"""{"source":"raw/{{model}}/net.onnx","sample":"raw/{{model}}/s.npy","format":"onnx","alias":"champion"}""");
        Assert.AreEqual(HttpStatusCode.Accepted, status, started.ToJsonString());
        JsonNode ended = await app.EndAsync(started);

        Assert.AreEqual(("Completed", "done"), ((string)ended["runtimeStatus"]!, (string)ended["customStatus"]!["phase"]!), ended.ToJsonString());
        using var request = new StringContent("""{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[3,4]}]}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await app.Http.PostAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), request);
        Assert.AreEqual("[3,8]", JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["outputs"]![0]!["data"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_cancelled_import_ends_its_Batch_job_publishes_nothing_and_cannot_be_cancelled_again()
    {
        App app = await App.GetAsync();
        string model = Storage.NewName("cancelled");
        BlobContainerClient raw = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        await raw.GetBlobClient(model + "/net.pt").UploadAsync(BinaryData.FromString("never read"));
        await raw.GetBlobClient(model + "/s.npy").UploadAsync(BinaryData.FromBytes(DurableMl.Orchestrations.Preprocessing.NpyWriter.Write<float>([1, 1], 1, 2)));
        (_, _, JsonNode started) = await PostAsync(model, $$"""{"source":"raw/{{model}}/net.pt","sample":"raw/{{model}}/s.npy"}""");
        string id = (string)started["id"]!;
        await Eventually.TrueAsync(
            async () => (await app.Http.GetStringAsync(new Uri("api/imports/" + id, UriKind.Relative))).Contains("\"state\":\"running\"", StringComparison.Ordinal), "it is converted");

        Assert.AreEqual(HttpStatusCode.Accepted, await CancelAsync(app, id + "/cancel?reason=enough"));
        JsonNode ended = await app.EndAsync(started);

        Assert.AreEqual(("Completed", "cancelled", "enough"), ((string)ended["runtimeStatus"]!, (string)ended["output"]!["state"]!, (string)ended["output"]!["reason"]!), ended.ToJsonString());
        await Eventually.TrueAsync(async () => !await app.Batch.GetJobsAsync().AnyAsync(job => job.Id.Contains(id, StringComparison.Ordinal)), "its Batch job is gone");
        Assert.AreEqual(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri($"v2/models/{model}", UriKind.Relative))).StatusCode);
        Assert.AreEqual(HttpStatusCode.Conflict, await CancelAsync(app, id + "/cancel"));
    }

    [TestMethod]
    public async Task Only_an_import_is_cancelled_as_one()
    {
        App app = await App.GetAsync();
        string run = await app.StartRunAsync(Probe.Pipeline(await RawDataset.UploadAsync(), "ok"));

        Assert.AreEqual(HttpStatusCode.NotFound, await CancelAsync(app, "import-none/cancel"));
        Assert.AreEqual(HttpStatusCode.NotFound, await CancelAsync(app, "a%3Ab/cancel"));
        Assert.AreEqual(HttpStatusCode.NotFound, await CancelAsync(app, run + "/cancel"));
        Assert.AreEqual("published", (string)(await app.EndAsync(run))["output"]!["state"]!);
    }

    private static async Task<HttpStatusCode> CancelAsync(App app, string path)
    {
        using HttpResponseMessage response = await app.Http.PostAsync(new Uri("api/imports/" + path, UriKind.Relative), null);
        return response.StatusCode;
    }

    private static async Task<(HttpStatusCode Status, string? Type, JsonNode Body)> PostAsync(string model, string body)
    {
        App app = await App.GetAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PostAsync(new Uri($"api/models/{model}/import", UriKind.Relative), content);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Ingestion;

[TestClass]
public sealed class ManageDataTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task A_signed_url_takes_the_blob_that_it_was_asked_for_and_gives_nothing_back()
    {
        string name = $"raw/{Storage.NewName("upload")}/a b.csv";

        (HttpStatusCode status, JsonNode answer) = await AskAsync(name);

        Assert.AreEqual(HttpStatusCode.OK, status, answer.ToJsonString());
        var blob = new BlobClient(new Uri((string)answer["uploads"]![0]!["url"]!));
        await blob.UploadAsync(BinaryData.FromString("a,b"), overwrite: true, TestContext.CancellationToken);
        BlobServiceClient blobs = await Storage.BlobsAsync();
        Assert.AreEqual("a,b", (await blobs.GetBlobContainerClient("raw").GetBlobClient(name[4..]).DownloadContentAsync(TestContext.CancellationToken)).Value.Content.ToString());
        var exception = await Assert.ThrowsExactlyAsync<RequestFailedException>(() => blob.DownloadContentAsync(TestContext.CancellationToken));
        Assert.AreEqual(403, exception.Status);
    }

    [TestMethod]
    [DataRow("models/m/1/model.onnx")]
    [DataRow("raw/../models/x")]
    [DataRow("raw/folder/")]
    [DataRow("raw")]
    public async Task Other_places_are_not_signed_for(string name)
    {
        (HttpStatusCode status, JsonNode answer) = await AskAsync(name);

        Assert.AreEqual((HttpStatusCode.BadRequest, "$.names[0]"), (status, (string?)answer["errors"]![0]!["path"]), answer.ToJsonString());
    }

    [TestMethod]
    public async Task Datasets_are_listed()
    {
        App app = await App.GetAsync();
        JsonNode list = JsonNode.Parse(await app.Http.GetStringAsync(new Uri("api/datasets", UriKind.Relative), TestContext.CancellationToken))!;
        Assert.IsTrue(list["datasets"]!.AsArray().All(dataset => ((string)dataset!["version"]!).Length == 64 && dataset["examples"]!["train"] is not null));
    }

    [TestMethod]
    [DataRow("api/datasets/no-such-dataset", HttpStatusCode.NotFound)]
    [DataRow("api/datasets/no-such-dataset?version=0a", HttpStatusCode.NotFound)]
    [DataRow("api/pipelines/no-such-run", HttpStatusCode.NotFound)]
    [DataRow("api/models/no-such-model", HttpStatusCode.NotFound)]
    [DataRow("api/models/no-such-model/versions/1", HttpStatusCode.NotFound)]
    public async Task What_does_not_exist_is_not_deleted(string path, HttpStatusCode expected)
    {
        App app = await App.GetAsync();
        using HttpResponseMessage response = await app.Http.DeleteAsync(new Uri(path, UriKind.Relative), TestContext.CancellationToken);

        Assert.AreEqual(expected, response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task A_run_that_failed_and_its_dataset_are_deleted_over_HTTP()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        string run = await app.StartRunAsync(Probe.Pipeline(raw, "hopeless"));
        await app.EndAsync(run);

        JsonNode deleted = await DeletedAsync(app, $"api/pipelines/{run}");
        Assert.AreEqual(run, (string?)deleted["run"]);
        Assert.IsGreaterThan(0, (int)deleted["histories"]!);
        Assert.IsGreaterThan(0, (int)deleted["containers"]!);
        Assert.IsGreaterThan(0L, (long)deleted["bytes"]!);
        using HttpResponseMessage gone = await app.Http.GetAsync(new Uri($"api/pipelines/{run}", UriKind.Relative), TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.AreEqual(raw.Name, (string?)(await DeletedAsync(app, $"api/datasets/{raw.Name}"))["dataset"]);
    }

    private async Task<JsonNode> DeletedAsync(App app, string path)
    {
        using HttpResponseMessage response = await app.Http.DeleteAsync(new Uri(path, UriKind.Relative), TestContext.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.CancellationToken);
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, body);
        return JsonNode.Parse(body)!;
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(string name)
    {
        App app = await App.GetAsync();
        using var content = new StringContent(new JsonObject { ["names"] = new JsonArray(name) }.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PostAsync(new Uri("api/uploads", UriKind.Relative), content, TestContext.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.CancellationToken))!);
    }
}

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

    private async Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(string name)
    {
        App app = await App.GetAsync();
        using var content = new StringContent(new JsonObject { ["names"] = new JsonArray(name) }.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PostAsync(new Uri("api/uploads", UriKind.Relative), content, TestContext.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.CancellationToken))!);
    }
}

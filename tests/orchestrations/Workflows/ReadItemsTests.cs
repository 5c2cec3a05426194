using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Workflows.Targets;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Workflows;

[TestClass]
public sealed class ReadItemsTests
{
    [TestMethod]
    public async Task Arrays_lines_and_listings_become_items()
    {
        var folder = Storage.NewName("items");
        await UploadAsync($"{folder}/a.json", "[1,2,3]");
        await UploadAsync($"{folder}/b.jsonl", "{\"n\":1}\n\n{\"n\":2}\n");

        Assert.AreEqual("[1,2]", await ReadAsync("blobs:read", "Key", $"{folder}/a.json", """{"MaxItems":2}"""));
        Assert.AreEqual("""[{"n":1},{"n":2}]""", await ReadAsync("blobs:read", "Key", $"{folder}/b.jsonl", """{"InputType":"JSONL"}"""));
        var listed = JsonNode.Parse(await ReadAsync("blobs:list", "Prefix", $"{folder}/", null))!.AsArray();
        CollectionAssert.AreEqual(new[] { $"{folder}/a.json", $"{folder}/b.jsonl" }, listed.Select(item => (string)item!["Key"]!).ToArray());
        Assert.AreEqual(7, (int)listed[0]!["Size"]!);
    }

    [TestMethod]
    [DataRow("raw", "no-such-blob", "There is no raw/no-such-blob.")]
    [DataRow("models", "m/1/model.json", "is not a place in the containers raw, datasets or runs")]
    [DataRow("raw", "../models/m", "is not a place")]
    public async Task What_cannot_be_read_is_said(string container, string blob, string said)
    {
        await UploadAsync(Storage.NewName("items"), "[]");
        var answer = await new ReadItems(await Storage.BlobsAsync()).RunAsync(
            new JsonObject { ["Resource"] = "blobs:read", ["Arguments"] = new JsonObject { ["Bucket"] = container, ["Key"] = blob } }, CancellationToken.None);

        Assert.AreEqual("States.ItemReaderFailed", answer.Error);
        StringAssert.Contains(answer.Cause, said);
    }

    private static async Task UploadAsync(string blob, string text)
    {
        var raw = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        await raw.CreateIfNotExistsAsync();
        await raw.GetBlobClient(blob).UploadAsync(new BinaryData(text), overwrite: true);
    }

    private static async Task<string> ReadAsync(string resource, string field, string place, string? configuration)
    {
        var answer = await new ReadItems(await Storage.BlobsAsync()).RunAsync(
            new JsonObject
            {
                ["Resource"] = resource,
                ["Arguments"] = new JsonObject { ["Bucket"] = "raw", [field] = place },
                ["ReaderConfig"] = configuration is null ? null : JsonNode.Parse(configuration),
            },
            CancellationToken.None);
        Assert.IsFalse(answer.IsFailure, answer.Cause);
        return answer.Output!.ToJsonString();
    }
}

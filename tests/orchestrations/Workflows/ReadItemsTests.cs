using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Failures;
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
    [DataRow("a,b\n1,\"x, y\"\n2,z\n", """{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"}""", """[{"a":"1","b":"x, y"},{"a":"2","b":"z"}]""")]
    [DataRow("1|x\r\n2|y\r\n", """{"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["n","t"],"CSVDelimiter":"PIPE","MaxItems":1}""", """[{"n":"1","t":"x"}]""")]
    public async Task Rows_become_objects_of_texts(string text, string configuration, string expected)
    {
        var blob = $"{Storage.NewName("items")}/rows.csv";
        await UploadAsync(blob, text);

        Assert.AreEqual(expected, await ReadAsync("blobs:read", "Key", blob, configuration));
    }

    [TestMethod]
    public async Task What_a_map_writes_lies_in_the_container_of_runs_and_nowhere_else()
    {
        var key = $"{Storage.NewName("results")}/SUCCEEDED_0.json";
        var writer = new WriteResults(await Storage.BlobsAsync());
        JsonObject Request(string container) => new() { ["Bucket"] = container, ["Key"] = key, ["Body"] = new JsonArray(1) };

        var written = await writer.RunAsync(Request("runs"), CancellationToken.None);

        Assert.AreEqual(key, (string?)written["Key"]);
        var blob = (await Storage.BlobsAsync()).GetBlobContainerClient("runs").GetBlobClient(key);
        Assert.AreEqual("[1]", (await blob.DownloadContentAsync()).Value.Content.ToString());
        await Assert.ThrowsExactlyAsync<PermanentFailureException>(() => writer.RunAsync(Request("models"), CancellationToken.None));
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

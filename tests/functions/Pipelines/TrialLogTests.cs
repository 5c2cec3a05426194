using System.Net;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Runs;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Pipelines;

[TestClass]
public sealed class TrialLogTests
{
    [TestMethod]
    public async Task A_log_is_read_in_whole_lines_through_every_start_of_the_task()
    {
        string run = Storage.NewName("run");
        await WriteAsync(run, "attempt-1/start-0/stdout.txt", "epoch 1\nepo");
        await WriteAsync(run, "attempt-1/start-0/stderr.txt", "a warning\n");

        JsonNode first = await ReadAsync(run, "");
        JsonNode none = await ReadAsync(run, $"part={first["part"]}&offset={first["next"]}&stream=stdout");
        await WriteAsync(run, "attempt-1/start-0/stdout.txt", "epoch 1\nepoch 2 · ü\n");
        JsonNode second = await ReadAsync(run, $"part={first["part"]}&offset={first["next"]}");
        await WriteAsync(run, "attempt-1/start-1/stdout.txt", "epoch 2 again\n");
        await WriteAsync(run, "attempt-10/start-0/stdout.txt", "epoch 3\n");
        JsonNode third = await ReadAsync(run, $"part={second["part"]}&offset={second["next"]}");
        JsonNode last = await ReadAsync(run, "");

        Assert.AreEqual(("attempt-1/start-0", "epoch 1\n"), (Part(first), Text(first)));
        Assert.AreEqual("epo", Text(none), "what has no end yet and nothing before it is shown");
        Assert.AreEqual("epoch 2 · ü\n", Text(second));
        Assert.AreEqual(("attempt-1/start-1", "epoch 2 again\n"), (Part(third), Text(third)));
        Assert.AreEqual(("attempt-10/start-0", "epoch 3\n"), (Part(last), Text(last)));
        Assert.AreEqual("a warning\n", Text(await ReadAsync(run, "stream=stderr")));
    }

    [TestMethod]
    [DataRow("trials/trial-000/log", HttpStatusCode.NotFound)]
    [DataRow("trials/..%2Fother/log", HttpStatusCode.NotFound)]
    [DataRow("trials/trial-000/log?stream=secrets", HttpStatusCode.BadRequest)]
    [DataRow("trials/trial-000/log?offset=-1", HttpStatusCode.BadRequest)]
    public async Task What_is_no_log_is_refused(string path, HttpStatusCode expected)
    {
        App app = await App.GetAsync();

        using HttpResponseMessage response = await app.Http.GetAsync(new Uri($"api/pipelines/{Storage.NewName("run")}/{path}", UriKind.Relative));

        Assert.AreEqual(expected, response.StatusCode);
        Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static string? Part(JsonNode log) => (string?)log["part"];

    private static string? Text(JsonNode log) => (string?)log["text"];

    private static async Task<JsonNode> ReadAsync(string run, string query)
    {
        App app = await App.GetAsync();
        return JsonNode.Parse(await app.Http.GetStringAsync(new Uri($"api/pipelines/{run}/trials/trial-000/log?{query}", UriKind.Relative)))!;
    }

    private static async Task WriteAsync(string run, string file, string text)
    {
        string folder = RunBlobs.Trial(run, "trial-000");
        BlobContainerClient container = TrialContainer.Of(await Storage.BlobsAsync(), folder.TrimEnd('/'));
        await container.CreateIfNotExistsAsync();
        await container.GetBlobClient(folder + "logs/" + file).UploadAsync(BinaryData.FromString(text), overwrite: true);
    }
}

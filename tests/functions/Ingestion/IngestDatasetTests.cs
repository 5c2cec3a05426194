using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Ingestion;

[TestClass]
public sealed class IngestDatasetTests
{
    [TestMethod]
    public async Task An_upload_that_ends_with_a_pipeline_starts_one_run_of_it()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();

        await raw.PutAsync("pipeline.json", System.Text.Encoding.UTF8.GetBytes(Probe.Pipeline(raw, "ok").ToJsonString()));

        string id = await RunOfAsync(app, raw.Name);
        JsonObject run = await app.EndAsync(id);
        Assert.AreEqual("published", run["output"]!["state"]!.GetValue<string>(), run.ToJsonString());
        Assert.HasCount(1, await RunsOfAsync(app, raw.Name));
        await Eventually.TrueAsync(
            () => app.Telemetry.Spans.FirstOrDefault(span => span.Name == "orchestration:PipelineOrchestrator" && span.Attributes["durabletask.task.instance_id"] == id) is { } started
                && app.Telemetry.Spans.Any(span => span.TraceId == started.TraceId && span.Name is ("function IngestDataset" or "function IngestMissedDatasets")),
            "the run's trace begins with the blob");
    }

    [TestMethod]
    public async Task A_wrong_pipeline_is_answered_beside_it()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok");
        pipeline["sweep"]!["trials"] = 0;

        await raw.PutAsync("pipeline.json", System.Text.Encoding.UTF8.GetBytes(pipeline.ToJsonString()));

        BlobClient answer = (await Storage.BlobsAsync()).GetBlobContainerClient("raw").GetBlobClient($"{raw.Name}/pipeline.json.errors");
        await Eventually.TrueAsync(async () => await answer.ExistsAsync(), "the errors are beside it", () => app.Log);
        JsonNode errors = JsonNode.Parse((await answer.DownloadContentAsync()).Value.Content.ToString())!["errors"]!;
        Assert.AreEqual("$.sweep.trials", errors[0]!["path"]!.GetValue<string>());
    }

    [TestMethod]
    public async Task The_same_pipeline_again_starts_nothing_and_a_good_one_takes_the_errors_away()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        BlobContainerClient container = (await Storage.BlobsAsync()).GetBlobContainerClient("raw");
        byte[] pipeline = System.Text.Encoding.UTF8.GetBytes(Probe.Pipeline(raw, "ok").ToJsonString());
        await container.GetBlobClient($"{raw.Name}/pipeline.json.errors").UploadAsync(BinaryData.FromString("{}"));
        await raw.PutAsync("pipeline.json", pipeline);
        await app.EndAsync(await RunOfAsync(app, raw.Name));
        await Eventually.TrueAsync(async () => !await container.GetBlobClient($"{raw.Name}/pipeline.json.errors").ExistsAsync(), "the errors of an earlier one are gone");

        await container.GetBlobClient($"{raw.Name}/pipeline.json.errors").UploadAsync(BinaryData.FromString("{}"));
        await raw.PutAsync("pipeline.json", pipeline);

        // The errors go when the second upload has been looked at.
        await Eventually.TrueAsync(async () => !await container.GetBlobClient($"{raw.Name}/pipeline.json.errors").ExistsAsync(), "the second upload was looked at");
        Assert.HasCount(1, await RunsOfAsync(app, raw.Name));
    }

    private static async Task<string> RunOfAsync(App app, string name) =>
        (await Eventually.GetAsync(async () => (await RunsOfAsync(app, name)).FirstOrDefault(), "a run is started", () => app.Log))["runId"]!.GetValue<string>();

    private static async Task<JsonNode[]> RunsOfAsync(App app, string name)
    {
        JsonNode list = JsonNode.Parse(await app.Http.GetStringAsync(new Uri("api/pipelines", UriKind.Relative)))!;
        return [.. list["runs"]!.AsArray().Select(run => run!).Where(run => run["name"]?.GetValue<string>() == name)];
    }
}

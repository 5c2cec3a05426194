using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using NSubstitute;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Runs;

[TestClass]
public sealed class UploadedPipelinesTests
{
    [TestMethod]
    public async Task What_the_trigger_has_missed_is_taken_once()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        RawDataset wrong = await RawDataset.UploadAsync();
        RawDataset tooLong = await RawDataset.UploadAsync();
        await hub.Raw.PutAsync("pipeline.json", Pipeline(hub.Raw));
        await wrong.PutAsync("pipeline.json", "{}"u8.ToArray());
        await tooLong.PutAsync("pipeline.json", new byte[PipelineReader.MaxBytes + 1]);

        string[] own = [hub.Raw.Name, wrong.Name, tooLong.Name];

        Assert.IsEmpty(own.Intersect(await TakenAsync(now)), "the trigger has the first word");
        IReadOnlyDictionary<string, RunStart> taken = await Uploads(hub, now.AddHours(1)).TakeMissedAsync(hub.Client, default);

        CollectionAssert.IsSubsetOf(own, taken.Keys.ToArray());
        string run = UploadedPipelines.RunIdFor(hub.Raw.Name, Pipeline(hub.Raw));
        Assert.AreEqual(run, taken[hub.Raw.Name].RunId);
        Assert.IsNotNull(await hub.Client.GetInstanceAsync(run, default));
        StringAssert.Contains(await ErrorsAsync(hub, wrong), "$.name");
        StringAssert.Contains(await ErrorsAsync(hub, tooLong), $"at most {PipelineReader.MaxBytes}");
        Assert.IsEmpty(own.Intersect(await TakenAsync(now.AddHours(2))), "each has its answer");
        Assert.IsEmpty(own.Intersect(await TakenAsync(now.AddDays(2))), "nobody waits that long");

        // Other tests upload to the same account.
        async Task<IEnumerable<string>> TakenAsync(DateTimeOffset at) => (await Uploads(hub, at).TakeMissedAsync(hub.Client, default)).Keys;
    }

    [TestMethod]
    public void Of_a_run_id_the_dataset_and_the_content_decide()
    {
        string id = UploadedPipelines.RunIdFor("données + 100%", "{}"u8);

        Assert.IsTrue(RunIds.IsValid(id), id);
        Assert.AreEqual(id, UploadedPipelines.RunIdFor("données + 100%", "{}"u8));
        Assert.AreNotEqual(id, UploadedPipelines.RunIdFor("données + 100%", "{ }"u8));
        Assert.AreNotEqual(id, UploadedPipelines.RunIdFor("donnees + 100%", "{}"u8));
    }

    private static UploadedPipelines Uploads(PipelineHub hub, DateTimeOffset now)
    {
        TimeProvider time = Substitute.For<TimeProvider>();
        time.GetUtcNow().Returns(now);
        return new UploadedPipelines(new RunStarter(hub.Blobs, hub.Jobs, time), hub.Blobs, time);
    }

    private static byte[] Pipeline(RawDataset raw)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["name"] = raw.Name;
        return Encoding.UTF8.GetBytes(pipeline.ToJsonString());
    }

    private static async Task<string> ErrorsAsync(PipelineHub hub, RawDataset raw)
    {
        BlobClient errors = hub.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{raw.Name}/pipeline.json.errors");
        return (await errors.DownloadContentAsync()).Value.Content.ToString();
    }
}

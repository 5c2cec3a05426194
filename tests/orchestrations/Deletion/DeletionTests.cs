using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Deletion;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using DurableMl.Registry;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Deletion;

/// <summary>Runs and datasets are deleted whole, and not while something needs them.</summary>
[TestClass]
public sealed class DeletionTests(TestContext context)
{
    private CancellationToken Token => context.CancellationToken;

    [TestMethod]
    public async Task A_run_that_published_nothing_is_deleted_whole_and_its_id_is_free_again()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = await RejectedAsync(hub);
        BlobContainerClient trial = TrialContainer.Of(hub.Blobs, RunBlobs.Trial(id, "trial-000").TrimEnd('/'));
        Assert.IsTrue(await trial.ExistsAsync(Token));

        DeletedRun deleted = (await Runs(hub).DeleteAsync(hub.Client, id, Token))!;

        Assert.IsGreaterThan(1, deleted.Histories, "its own and its parts'");
        Assert.IsGreaterThan(0, deleted.Containers);
        Assert.IsEmpty(await BlobsAsync(hub, DataContainers.Runs, id + "/"));
        Assert.IsFalse(await trial.ExistsAsync(Token));
        Assert.IsNull(await hub.Client.GetInstanceAsync(id, Token));
        Assert.DoesNotContain(id, (await new RunIndex(hub.Blobs).ListAsync(null, 5000, Token)).Runs.Select(run => run.RunId));
        Assert.IsNull(await Runs(hub).DeleteAsync(hub.Client, id, Token), "nothing is left to delete");
        Assert.AreEqual(ResumeOutcome.NotFound, await new RunResumer(hub.Blobs).ResumeAsync(hub.Client, id, null, Token));
        await hub.ScheduleAsync(hub.Pipeline(), id);
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, (await hub.EndAsync(id)).RuntimeStatus);
    }

    [TestMethod]
    public async Task A_run_under_way_or_that_a_version_came_from_stays()
    {
        bool mayEnd = false;
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Volatile.Read(ref mayEnd) ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running());
        string id = await hub.ScheduleAsync(hub.Pipeline());
        await Eventually.TrueAsync(() => Task.FromResult(hub.Training.Submitted.Count > 0), "a trial is under way");

        StringAssert.Contains((await Assert.ThrowsExactlyAsync<InUseException>(() => Runs(hub).DeleteAsync(hub.Client, id, Token))).Message, "still under way");
        StringAssert.Contains(
            (await Assert.ThrowsExactlyAsync<InUseException>(() => Datasets(hub).DeleteAsync(hub.Client, hub.Raw.Name, null, Token))).Message, $"run '{id}' is under way and needs it");
        Volatile.Write(ref mayEnd, true);
        await hub.EndAsync(id);

        string came = $"version 1 of model '{hub.Raw.Name}' came from it";
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<InUseException>(() => Runs(hub).DeleteAsync(hub.Client, id, Token))).Message, came);
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<InUseException>(() => Datasets(hub).DeleteAsync(hub.Client, hub.Raw.Name, null, Token))).Message, came);
        Assert.IsNotEmpty(await BlobsAsync(hub, DataContainers.Runs, id + "/"));
        Assert.IsNotEmpty(await BlobsAsync(hub, DataContainers.Datasets, hub.Raw.Name + "/"));
    }

    [TestMethod]
    public async Task What_a_crash_left_of_a_run_can_be_deleted_again()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = await RejectedAsync(hub);

        // As far as a deletion came that was killed once the histories were gone.
        await foreach (OrchestrationMetadata part in hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: id)))
        {
            await hub.Client.PurgeInstanceAsync(part.InstanceId, cancellation: Token);
        }

        Assert.IsNotNull(await Runs(hub).DeleteAsync(hub.Client, id, Token));
        Assert.IsEmpty(await BlobsAsync(hub, DataContainers.Runs, id + "/"));
        Assert.IsNull(await Runs(hub).DeleteAsync(hub.Client, "no-such-run", Token));
        Assert.IsNull(await Runs(hub).DeleteAsync(hub.Client, "NO/RUN", Token));
    }

    [TestMethod]
    public async Task A_version_of_a_dataset_is_deleted_with_the_notes_that_lead_to_it_and_is_prepared_anew_when_it_is_wanted()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = await RejectedAsync(hub);
        string version = (await new RunRecords(hub.Blobs).ReportAsync(id, Token))!.Dataset!.Version;
        await hub.Blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient($"{hub.Raw.Name}/fetched/key/a.csv").UploadAsync(BinaryData.FromString("a"), Token);

        Assert.IsNull(await Datasets(hub).DeleteAsync(hub.Client, hub.Raw.Name, new string('0', 64), Token));
        DeletedDataset deleted = (await Datasets(hub).DeleteAsync(hub.Client, hub.Raw.Name, version[..12], Token))!;

        Assert.AreEqual(version, deleted.Version);
        CollectionAssert.AreEqual(new[] { $"{hub.Raw.Name}/fetched/key/a.csv" }, await BlobsAsync(hub, DataContainers.Datasets, hub.Raw.Name + "/"));
        string again = await RejectedAsync(hub);
        Assert.AreEqual(version, (await new RunRecords(hub.Blobs).ReportAsync(again, Token))!.Dataset!.Version);

        Assert.IsNotNull(await Datasets(hub).DeleteAsync(hub.Client, hub.Raw.Name, null, Token));
        Assert.IsEmpty(await BlobsAsync(hub, DataContainers.Datasets, hub.Raw.Name + "/"), "what was fetched for it, too");
        Assert.IsNull(await Datasets(hub).DeleteAsync(hub.Client, hub.Raw.Name, null, Token));
        Assert.IsNull(await Datasets(hub).DeleteAsync(hub.Client, "../models", null, Token));
    }

    private async Task<string> RejectedAsync(PipelineHub hub)
    {
        string id = (await hub.RunAsync(hub.Pipeline() with { Evaluate = new([new EvaluationRule(null, null, 0.1)]) })).InstanceId;
        Assert.IsEmpty(await hub.Registry.ListVersionsAsync(hub.Raw.Name, Token));
        return id;
    }

    private static RunDeletion Runs(PipelineHub hub) => new(hub.Blobs, new RunIndex(hub.Blobs), Uses(hub));

    private static DatasetDeletion Datasets(PipelineHub hub) => new(hub.Blobs, Uses(hub));

    private static DataUses Uses(PipelineHub hub) => new(hub.Blobs, hub.Registry, new RunIndex(hub.Blobs));

    private async Task<string[]> BlobsAsync(PipelineHub hub, string container, string prefix) =>
        [.. await hub.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, Token).Select(blob => blob.Name).ToListAsync(Token)];
}

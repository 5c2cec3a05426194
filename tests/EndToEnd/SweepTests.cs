using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Cli.Pipelines;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>Sweeps with real jobs, on the storages that apps have.</summary>
[TestClass]
public sealed class SweepTests
{
    [TestMethod]
    public async Task A_sweep_with_trials_under_way_goes_on_in_a_new_execution_on_Azure_Storage()
    {
        // An execution takes fifty reports; eight trials at a time are always under way.
        const int Trials = 52;
        using var state = new TemporaryFolder();
        await using var up = await Up.StartAsync(
            state.Path, [("AzureFunctionsJobHost__extensions__durableTask__storageProvider__type", "AzureStorage"), ("BatchEmulator__SeedPools__0__TaskSlotsPerNode", "4")]);
        await SmallMnist.UploadAsync(up.Blobs, "mnist-many", trainImages: 100);
        JsonObject pipeline = JsonNode.Parse(SmallPipeline.Json("mnist-many", Trials, budget: 1, learningRates: [0.003]))!.AsObject();
        pipeline["sweep"]!["job"] = "shell";
        pipeline["sweep"]!["parallelism"] = 8;
        pipeline["sweep"]!["objective"] = new JsonObject { ["metric"] = "progress", ["goal"] = "maximize" };
        pipeline["sweep"]!["parameters"] = new JsonObject { ["pause_seconds"] = new JsonObject { ["type"] = "fixed", ["value"] = 0.1 } };

        string runId = await up.Pipelines.StartAsync(pipeline.ToJsonString(), "many", CancellationToken.None);
        RunDocument run = await up.EndAsync(runId);

        StringAssert.Contains(run.CustomStatus?.Error, "left no model.onnx", "the job makes none, and a sweep that failed would say something else");
        BinaryData content = (await up.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{runId}/report.json").DownloadContentAsync()).Value.Content;
        using JsonDocument report = JsonDocument.Parse(content);
        JsonElement[] trials = [.. report.RootElement.GetProperty("trials").EnumerateArray()];
        Assert.HasCount(Trials, trials);
        Assert.IsTrue(trials.All(trial => trial.GetProperty("state").GetString() == "completed" && trial.GetProperty("attempts").GetInt32() == 1), content.ToString());
        foreach (int trial in (int[])[0, 49, 50, Trials - 1])
        {
            Assert.AreEqual(1, await RunStore.StartsAsync(up.Blobs, runId, $"trial-{trial:D3}"), "no trial was begun twice");
        }
    }

    [TestMethod]
    public async Task A_population_goes_on_from_the_best_ones_checkpoints_with_other_parameters_though_its_host_is_killed()
    {
        using var state = new TemporaryFolder();
        await using var up = await Up.StartAsync(state.Path);
        await SmallMnist.UploadAsync(up.Blobs, "mnist-pbt", trainImages: 500);
        JsonObject pipeline = JsonNode.Parse(SmallPipeline.Json("mnist-pbt", trials: 4, budget: 6, learningRates: [0.003], scheduler: new { type = "pbt", interval = 2, resampleProbability = 0 }))!.AsObject();
        // Two at a time: all four begin before the first goes on, which sees two others, and the rest see all.
        pipeline["sweep"]!["parallelism"] = 2;
        pipeline["sweep"]!["parameters"]!["learning_rate"] = new JsonObject { ["type"] = "logUniform", ["min"] = 0.00001, ["max"] = 0.01 };
        string runId = await up.Pipelines.StartAsync(pipeline.ToJsonString(), "population", CancellationToken.None);

        await up.UntilAsync(runId, run => run.HasEnded || run.CustomStatus?.Trials.Any(trial => trial is { Lineage: { Count: > 0 }, State: "running" or "waiting" }) == true);
        await up.KillServiceAsync("Functions host");
        RunOutput result = (await up.EndAsync(runId)).Result() ?? throw new AssertFailedException(up.Output);

        Assert.AreEqual("published", result.State);
        Assert.IsTrue(result.Trials.All(trial => trial is { State: "completed", Epoch: 6, Budget: 6 }));
        RunTrial[] followers = [.. result.Trials.Where(trial => trial.Lineage is { Count: > 0 })];
        Assert.IsNotEmpty(followers);
        foreach (RunTrial follower in followers)
        {
            RunTrialAncestor last = follower.Lineage![^1];
            string prefix = $"{runId}/trials/{follower.Id}";
            var pointer = (await TrialContainer.Of(up.Blobs, prefix).GetBlobClient($"{prefix}/checkpoint/latest.json").DownloadContentAsync()).Value.Content.ToObjectFromJson<JsonObject>()!;
            Assert.AreEqual($"{last.Trial}/{last.Epoch}", pointer["inherited"]!.GetValue<string>());
            StringAssert.Contains(await RunStore.LogsAsync(up.Blobs, runId, follower.Id), "resuming at step");
        }
    }
}

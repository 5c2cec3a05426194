using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.BatchJobs.Submission;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Sweeps;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>Sweeps with real jobs, on the storages that apps have.</summary>
[TestClass]
public sealed class SweepTests
{
    [TestMethod]
    public async Task A_sweep_goes_on_in_a_new_execution_on_Azure_Storage_while_a_trial_of_the_old_one_trains_on()
    {
        // An execution takes fifty messages: a report and these.
        const int Decisions = 49, AtOnce = 7;
        using var state = new TemporaryFolder();
        await using var up = await Up.StartAsync(state.Path, [("AzureFunctionsJobHost__extensions__durableTask__storageProvider__type", "AzureStorage")]);
        await SmallMnist.UploadAsync(up.Blobs, "mnist-many", trainImages: 100);
        JsonObject pipeline = JsonNode.Parse(SmallPipeline.Json("mnist-many", trials: 2, budget: 1, learningRates: [0.003]))!.AsObject();
        JsonObject sweep = pipeline["sweep"]!.AsObject();
        sweep["job"] = "shell";
        sweep["sampler"] = new JsonObject { ["type"] = "grid" };
        sweep["objective"] = new JsonObject { ["metric"] = "progress", ["goal"] = "maximize" };
        sweep["parameters"] = new JsonObject { ["pause_seconds"] = new JsonObject { ["type"] = "choice", ["values"] = new JsonArray(3600, 0.1) } };
        string runId = await up.Pipelines.StartAsync(pipeline.ToJsonString(), "many", CancellationToken.None);
        RunDocument begun = await up.UntilAsync(runId, run => run.CustomStatus is { Done: 1 } status && status.Trials.Any(trial => trial.State == "running"));
        string hanging = begun.CustomStatus!.Trials.Single(trial => trial.State == "running").Id;
        var sweeps = new SweepsClient(up.Http, TimeProvider.System);

        foreach (int[] numbers in Enumerable.Range(0, Decisions).Chunk(AtOnce))
        {
            await Task.WhenAll(numbers.Select(number => sweeps.DecideAsync(runId, new JsonObject { ["action"] = "parallelism", ["parallelism"] = 2 + number }, CancellationToken.None)));
        }

        await sweeps.DecideAsync(runId, new JsonObject { ["action"] = "add", ["parameters"] = new JsonObject { ["pause_seconds"] = 0.1 } }, CancellationToken.None);
        await up.UntilAsync(runId, run => run.CustomStatus is { Done: 2 });
        await sweeps.DecideAsync(runId, new JsonObject { ["action"] = "stop", ["trial"] = hanging, ["by"] = "Ada" }, CancellationToken.None);
        RunDocument run = await up.EndAsync(runId);

        StringAssert.Contains(run.CustomStatus?.Error, "left no model.onnx", "the job makes none, and a sweep that failed would say something else");
        BinaryData content = (await up.Blobs.GetBlobContainerClient("runs").GetBlobClient($"{runId}/report.json").DownloadContentAsync()).Value.Content;
        using JsonDocument report = JsonDocument.Parse(content);
        (string?, int)[] trials = [.. report.RootElement.GetProperty("trials").EnumerateArray().Select(trial => (trial.GetProperty("state").GetString(), trial.GetProperty("attempts").GetInt32()))];
        CollectionAssert.AreEquivalent(new (string?, int)[] { ("stopped", 1), ("completed", 1), ("completed", 1) }, trials, content.ToString());
        Assert.AreEqual(1, await RunStore.StartsAsync(up.Blobs, runId, hanging), "it was not begun again");
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

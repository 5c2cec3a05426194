using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Submission;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Processes;
using EndToEnd.Tests.Fixtures;

namespace EndToEnd.Tests;

/// <summary>kill -9, at moments that are hard on a run.</summary>
[TestClass]
public sealed class ResumeTests
{
    private const string FunctionsHost = "Functions host";
    private const string BatchEmulator = "Batch emulator";

    [TestMethod]
    public async Task A_run_survives_the_death_of_its_host_in_every_phase_and_does_nothing_twice()
    {
        using var state = new TemporaryFolder();
        await using var up = await Up.StartAsync(state.Path);
        await SmallMnist.UploadAsync(up.Blobs, "mnist-kill", trainImages: 500);
        var runId = await up.Pipelines.StartAsync(SmallPipeline.Json("mnist-kill", trials: 2, budget: 3, learningRates: [0.002, 0.003]), "killed", CancellationToken.None);

        await up.KillServiceAsync(FunctionsHost);
        await up.UntilAsync(runId, run => run.HasEnded || run.CustomStatus?.Phase is not (null or "ingest"));
        await up.KillServiceAsync(FunctionsHost);
        await up.UntilAsync(runId, run => run.HasEnded || Trials(run).Any(trial => trial.State == "running"));
        var shards = await RunStore.ETagsAsync(up.Blobs, "datasets", "mnist-kill");
        await up.KillServiceAsync(FunctionsHost);
        await up.UntilAsync(runId, run => run.HasEnded || Trials(run).Any(trial => trial.State == "completed"));
        await up.KillServiceAsync(FunctionsHost);
        await up.UntilAsync(runId, run => run.HasEnded || run.CustomStatus?.Phase is "evaluate" or "publish");
        await up.KillServiceAsync(FunctionsHost);

        var result = Result(await up.EndAsync(runId), up);
        Assert.IsNotNull(result.Model);
        Assert.AreEqual("1", result.Model.Version);
        CollectionAssert.IsSubsetOf(shards.ToArray(), (await RunStore.ETagsAsync(up.Blobs, "datasets", "mnist-kill")).ToArray());
        foreach (var trial in result.Trials)
        {
            Assert.AreEqual("completed", trial.State);
            Assert.AreEqual(1, await RunStore.StartsAsync(up.Blobs, runId, trial.Id), $"{trial.Id} ran on while the host was away.");
        }
    }

    [TestMethod]
    public async Task A_run_survives_the_death_of_everything_and_a_trial_resumes_from_its_checkpoint()
    {
        using var state = new TemporaryFolder();
        await using var first = await Up.StartAsync(state.Path);
        await SmallMnist.UploadAsync(first.Blobs, "mnist-all", trainImages: 2000);
        var runId = await first.Pipelines.StartAsync(SmallPipeline.Json("mnist-all", trials: 3, budget: 12, learningRates: [0.002, 0.003, 0.005]), "all", CancellationToken.None);
        await first.UntilAsync(runId, run => run.HasEnded || run.CustomStatus?.Phase is "preprocess" or "train");
        await first.KillAsync();
        await using var killed = await Up.StartAsync(state.Path);

        // One trial is through and another has a checkpoint, and cannot come to its end any more.
        await killed.UntilAsync(runId, run => run.HasEnded || Trials(run).Any(trial => trial.State == "completed"));
        var underWay = await HaltTrialWithCheckpointAsync(killed, runId);
        var before = (await killed.Pipelines.GetAsync(runId, CancellationToken.None))!;
        var finished = Trials(before).Where(trial => trial.State == "completed").Select(trial => trial.Id).ToArray();
        CollectionAssert.DoesNotContain(finished, underWay, "The trial was over before it could be killed.");
        var done = await EverythingOfAsync(killed, runId, finished);
        var children = killed.Children();
        await killed.KillAsync();

        await using var up = await Up.StartAsync(state.Path);
        Assert.IsFalse(children.Any(child => child.IsAlive), "Nothing of the killed host is left.");
        Assert.AreEqual(killed.Ports, up.Ports, "Stored URLs hold the ports.");
        var result = Result(await up.EndAsync(runId), up);

        Assert.IsTrue(result.Trials.All(trial => trial.State == "completed"));
        Assert.AreEqual("1", result.Model?.Version);
        foreach (var (blob, etag) in done)
        {
            Assert.AreEqual(etag, (await EverythingOfAsync(up, runId, finished))[blob], $"{blob} was written again.");
        }

        Assert.IsGreaterThan(1, await RunStore.StartsAsync(up.Blobs, runId, underWay));
        StringAssert.Contains(await RunStore.LogsAsync(up.Blobs, runId, underWay), "resuming at step");
    }

    [TestMethod]
    public async Task A_cancelled_run_that_is_resumed_goes_on_from_its_checkpoints()
    {
        var up = await SharedUp.GetAsync();
        await SmallMnist.UploadAsync(up.Blobs, "mnist-resumed", trainImages: 1000);
        var runId = await up.Pipelines.StartAsync(SmallPipeline.Json("mnist-resumed", trials: 2, budget: 20, learningRates: [0.002, 0.003]), "resumed", CancellationToken.None);
        await up.UntilAsync(runId, run => run.HasEnded || Trials(run).Any(trial => trial is { State: "running", Epoch: >= 2 }));
        await up.Pipelines.CancelAsync(runId, CancellationToken.None);
        Assert.AreEqual("cancelled", (await up.EndAsync(runId)).State);

        await up.Pipelines.ResumeAsync(runId, maxFailedTrials: null, CancellationToken.None);
        var result = Result(await up.EndAsync(runId), up);

        Assert.AreEqual(("published", "1"), (result.State, result.Model?.Version));
        Assert.IsTrue(result.Trials.All(trial => trial.State == "completed"));
        var logs = await Task.WhenAll(result.Trials.Select(trial => RunStore.LogsAsync(up.Blobs, runId, trial.Id)));
        StringAssert.Contains(string.Concat(logs), "resuming at step");
    }

    [TestMethod]
    public async Task Storage_and_batch_come_back_when_they_die_and_a_host_that_is_told_to_stop_leaves_no_process()
    {
        using var state = new TemporaryFolder();
        await using var up = await Up.StartAsync(state.Path);

        await up.KillServiceAsync("Azurite");
        await up.KillServiceAsync(BatchEmulator);
        await Eventually.TrueAsync(() => up.Output.Split("is up again").Length == 3, "both are up again", () => up.Output);

        await SmallMnist.UploadAsync(up.Blobs, "mnist-back", trainImages: 300);
        var runId = await up.Pipelines.StartAsync(SmallPipeline.Json("mnist-back", trials: 1, budget: 1, learningRates: [0.003]), null, CancellationToken.None);
        Assert.IsNotNull(Result(await up.EndAsync(runId), up).Trials);

        var children = up.Children();
        Assert.HasCount(3, children);
        Assert.IsTrue(children.All(child => child.IsAlive));
        Assert.AreEqual(0, await up.StopAsync(), up.Output);
        Assert.IsFalse(children.Any(child => child.IsAlive));
        Assert.IsEmpty(up.Children());
    }

    private static IReadOnlyList<RunTrial> Trials(RunDocument run) => run.CustomStatus?.Trials ?? [];

    private static Task<string> HaltTrialWithCheckpointAsync(Up up, string runId) => Eventually.GetAsync(
        async () =>
        {
            var runs = up.Blobs.GetBlobContainerClient("runs");
            foreach (var trial in Trials((await up.Pipelines.GetAsync(runId, CancellationToken.None))!).Where(trial => trial is { State: "running", Epoch: >= 1 }))
            {
                var prefix = $"{runId}/trials/{trial.Id}";
                if (await HasCheckpointAsync(TrialContainer.Of(up.Blobs, prefix).GetBlobClient($"{prefix}/checkpoint/latest.json")) && await HaltAsync(up.ProcessOf(BatchEmulator), runs.GetBlobClient($"{prefix}/output/result.json")))
                {
                    return trial.Id;
                }
            }

            return null;
        },
        "a trial that has a checkpoint is halted",
        () => up.Output);

    private static async Task<bool> HasCheckpointAsync(BlobClient pointer)
    {
        if (!await pointer.ExistsAsync())
        {
            return false;
        }

        // A start that has none yet writes 0.
        using var content = JsonDocument.Parse((await pointer.DownloadContentAsync()).Value.Content);
        return content.RootElement.GetProperty("sequence").GetInt32() > 0;
    }

    private static async Task<bool> HaltAsync(int emulator, BlobClient result)
    {
        if (TrialProcesses.Halt(emulator) > 0 && !await result.ExistsAsync())
        {
            return true;
        }

        TrialProcesses.GoOn(emulator);
        return false;
    }

    private static async Task<IReadOnlyDictionary<string, string>> EverythingOfAsync(Up up, string runId, string[] trials)
    {
        var all = new Dictionary<string, string>(await RunStore.ETagsAsync(up.Blobs, "datasets", ""), StringComparer.Ordinal);
        foreach (var trial in trials)
        {
            var prefix = $"{runId}/trials/{trial}";
            foreach (var container in (string[])["runs", TrialContainer.Name(prefix)])
            {
                foreach (var (blob, etag) in await RunStore.ETagsAsync(up.Blobs, container, prefix + "/"))
                {
                    all[blob] = etag;
                }
            }
        }

        return all;
    }

    private static RunOutput Result(RunDocument run, Up up) => run.Result() ?? throw new AssertFailedException($"The run ended as {run.RuntimeStatus}: {run.Output}\n{up.Output}");
}

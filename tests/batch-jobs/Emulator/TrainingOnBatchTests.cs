using System.IO.Compression;
using System.Text.Json;
using Azure;
using Azure.Compute.Batch;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using Microsoft.ML.OnnxRuntime;

namespace BatchJobs.Tests.Emulator;

/// <summary>Whole attempts: the client, the emulator, the runner, PyTorch and blobs, all real. What preemptions do to a trial is told in tests/orchestrations.</summary>
[TestClass]
public sealed class TrainingOnBatchTests
{
    private static TrainingAccount account = null!;

    public required TestContext TestContext { get; set; }

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) => account = await TrainingAccount.StartAsync(context.CancellationToken);

    [ClassCleanup]
    public static async Task StopAsync() => await account.DisposeAsync();

    private static TrainingTask Trial(string run, string trial = "trial-000", int budget = 2, string job = "image-classifier") => new()
    {
        RunId = run,
        TrialId = trial,
        Attempt = 1,
        Job = job,
        Dataset = TrainingAccount.Dataset,
        DatasetVersion = TrainingAccount.Version,
        Budget = budget,
        Seed = 3,
        CheckpointSteps = 20,
        Parameters = Parameters(("batch_size", 8), ("channels", 4), ("hidden", 8)),
    };

    private static Dictionary<string, JsonElement> Parameters(params (string Name, object Value)[] values) =>
        values.ToDictionary(v => v.Name, v => JsonSerializer.SerializeToElement(v.Value), StringComparer.Ordinal);

    [TestMethod]
    public async Task A_trial_trains_on_a_node_and_leaves_model_metrics_and_logs()
    {
        var trial = Trial("plain");
        await account.Jobs.SubmitAsync(trial, Cancellation);
        var outcome = await account.OutcomeAsync(trial, Cancellation);
        Assert.AreEqual(TrialOutcomeKind.Succeeded, outcome.Kind, outcome.Message);
        Assert.IsTrue(outcome.Result!.Metrics["validation_accuracy"].Last > 0.5);
        Assert.IsTrue(outcome.Result.Outputs.Any(o => o.File == "model.onnx"));
        var model = await TrialContainer.Of(account.Blobs, trial.BlobPrefix).GetBlobClient($"{trial.BlobPrefix}/output/model.onnx").DownloadContentAsync(Cancellation);
        using var session = new InferenceSession(model.Value.Content.ToArray());
        foreach (var batch in new[] { 1, 5 })
        {
            using var images = OrtValue.CreateTensorValueFromMemory(new float[batch * 144], [batch, 1, 12, 12]);
            using var options = new RunOptions();
            using var outputs = session.Run(options, ["image"], [images], ["logits"]);
            CollectionAssert.AreEqual(new long[] { batch, 3 }, outputs[0].GetTensorTypeAndShape().Shape);
        }

        StringAssert.Contains(await TextAsync("plain/trials/trial-000/logs/attempt-1/start-1/stdout.txt"), "epoch 2/2");
    }

    [TestMethod]
    public async Task Two_nodes_train_one_trial_with_the_losses_of_one_node()
    {
        var outcomes = new List<TrialOutcome>();
        foreach (var nodes in new[] { 2, 1 })
        {
            var trial = Trial("nodes", $"trial-00{nodes}") with { Nodes = nodes, Parameters = Parameters(("batch_size", 8), ("channels", 4), ("dropout", 0)) };
            await account.Jobs.SubmitAsync(trial, Cancellation);
            outcomes.Add(await account.OutcomeAsync(trial, Cancellation));
            Assert.AreEqual(TrialOutcomeKind.Succeeded, outcomes[^1].Kind, outcomes[^1].Message);
        }

        foreach (var metric in new[] { "train_loss", "validation_loss" })
        {
            Assert.AreEqual(outcomes[1].Result!.Metrics[metric].Last, outcomes[0].Result!.Metrics[metric].Last, 1e-3, metric);
        }
    }

    [TestMethod]
    public async Task Invalid_parameters_a_failing_job_and_a_missing_dataset_are_told_apart()
    {
        var invalid = Trial("kinds") with { Parameters = Parameters(("learning_rate", -1)) };
        var infrastructure = Trial("kinds", "trial-001") with { DatasetVersion = "none" };
        var failing = Trial("kinds", "trial-002") with { CheckpointSteps = -1 };
        foreach (var (trial, kind, words) in new[]
        {
            (invalid, TrialOutcomeKind.NonRetryable, "invalid parameter 'learning_rate'"),
            (infrastructure, TrialOutcomeKind.InfrastructureFailure, "has no manifest.json"),
            (failing, TrialOutcomeKind.JobFailure, "DML_CHECKPOINT_STEPS must be at least 1"),
        })
        {
            await account.Jobs.SubmitAsync(trial, Cancellation);
            var outcome = await account.OutcomeAsync(trial, Cancellation);
            Assert.AreEqual(kind, outcome.Kind, outcome.Message);
            StringAssert.Contains(outcome.Message, words);
        }
    }

    [TestMethod]
    public async Task A_job_that_never_ends_is_ended_at_its_time_limit()
    {
        var trial = Trial("endless", job: "shell", budget: 100_000) with { Parameters = Parameters(("pause_seconds", 60)), TimeLimit = TimeSpan.FromSeconds(2) };
        await account.Jobs.SubmitAsync(trial, Cancellation);
        var outcome = await account.OutcomeAsync(trial, Cancellation);
        Assert.AreEqual(TrialOutcomeKind.JobFailure, outcome.Kind, outcome.Message);
    }

    [TestMethod]
    public async Task Cancelling_and_cleaning_up_leaves_no_process_and_no_job()
    {
        var trial = Trial("cancelled", budget: 10_000);
        await account.Jobs.SubmitAsync(trial, Cancellation);
        await Eventually.TrueAsync(
            async () => (await account.Jobs.Trials.StartsAsync(trial.BlobPrefix, Cancellation)).Starts == 1 && account.ProcessesAtWork(trial) > 0, "it runs", cancellationToken: Cancellation);
        await account.Jobs.CancelAsync(trial, Cancellation);
        await account.Jobs.DeleteJobsAsync("cancelled", Cancellation);
        await Eventually.TrueAsync(() => account.ProcessesAtWork(trial) == 0, "no process is left", cancellationToken: Cancellation);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await account.Batch.GetJobAsync("cancelled", cancellationToken: Cancellation);
                    return false;
                }
                catch (RequestFailedException exception) when (exception.Status == 404)
                {
                    return true;
                }
            },
            "the job is gone",
            cancellationToken: Cancellation);
    }

    private async Task<string> TextAsync(string name) =>
        (await TrialContainer.Of(account.Blobs, string.Join('/', name.Split('/')[..3])).GetBlobClient(name).DownloadContentAsync(Cancellation)).Value.Content.ToString();

    [TestMethod]
    public async Task A_job_that_a_user_pushed_trains_like_one_that_is_shipped_and_a_version_of_it_stays_what_it_was()
    {
        var first = await PushAsync("1");
        var second = await PushAsync("2");
        Assert.AreNotEqual(first.Sha256, second.Sha256);
        Assert.AreEqual(first.Sha256, (await PushAsync("1")).Sha256);
        await PushAsync("2");

        foreach (var (run, reference, expected) in ((string, string, double)[])[("pushed-newest", "my-job", 2), ("pushed-version", $"my-job@{first.Sha256}", 1)])
        {
            var trial = Trial(run, job: reference) with { Parameters = Parameters(("factor", 1)) };
            await account.Jobs.SubmitAsync(trial, Cancellation);
            var outcome = await account.OutcomeAsync(trial, Cancellation);
            Assert.AreEqual(TrialOutcomeKind.Succeeded, outcome.Kind, outcome.Message);
            Assert.AreEqual(expected, outcome.Result!.Metrics["score"].Last);
        }

        Assert.Contains("my-job", (await account.Jobs.Library.ListAsync(Cancellation)).Select(job => job.Name));
    }

    private async Task<Job> PushAsync(string score)
    {
        using var content = new MemoryStream();
        using (var archive = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "job.json", """{"name":"my-job","command":["python3","src/train.py"],"metrics":["score"],"parameters":{"factor":{"type":"number","default":1}}}""");
            Add(archive, "score.txt", score);
            Add(archive, "src/train.py", """
                import json, os
                factor = json.load(open(os.environ["DML_PARAMS"]))["factor"]
                assert os.path.exists(os.path.join(os.environ["DML_DATASET"], "manifest.json"))
                with open(os.path.join(os.environ["DML_OUTPUT"], "metrics.jsonl"), "a") as file:
                    file.write(json.dumps({"kind": "epoch", "epoch": 2, "score": factor * float(open("score.txt").read())}) + "\n")
                """);
        }

        return await account.Jobs.Library.PushAsync(JobPackage.Read("my-job", content.ToArray(), new JobCatalog()), Cancellation);

        static void Add(ZipArchive archive, string name, string text)
        {
            using var entry = new StreamWriter(archive.CreateEntry(name).Open());
            entry.Write(text);
        }
    }
}

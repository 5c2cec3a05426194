using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Compute.Batch;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Submission;
using Microsoft.ML.OnnxRuntime;

namespace BatchJobs.Tests.Emulator;

/// <summary>Whole attempts: the client, the emulator, the runner, PyTorch and blobs, all real.</summary>
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
        var model = await account.Blobs.GetBlobContainerClient("runs").GetBlobClient("plain/trials/trial-000/output/model.onnx").DownloadContentAsync(Cancellation);
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
    public async Task A_node_lost_in_the_middle_of_an_epoch_costs_no_more_than_a_checkpoint_interval_and_changes_nothing()
    {
        var (noticed, killed, undisturbed) = (Trial("lost", budget: 40), Trial("lost", "trial-001", budget: 40), Trial("lost", "trial-002", budget: 40));
        var outcomes = new List<TrialOutcome>();
        foreach (var trial in new[] { noticed, killed, undisturbed })
        {
            await account.Jobs.SubmitAsync(trial, Cancellation);
        }

        // Side by side: one that starts late must not leave the other the time to come to its end.
        await Task.WhenAll(new[] { noticed, killed }.Select(async trial =>
        {
            await CheckpointedAsync(trial);
            await account.PreemptAsync(trial, notice: trial == noticed, Cancellation);
        }));

        foreach (var trial in new[] { noticed, killed, undisturbed })
        {
            outcomes.Add(await account.OutcomeAsync(trial, Cancellation));
            Assert.AreEqual(TrialOutcomeKind.Succeeded, outcomes[^1].Kind, outcomes[^1].Message);
            Assert.AreEqual(new TrialStarts(1, trial == undisturbed ? 1 : 2, 1), await account.Jobs.Trials.StartsAsync(trial.BlobPrefix, Cancellation));
        }

        var stopped = await TextAsync($"{noticed.BlobPrefix}/logs/attempt-1/start-1/stderr.txt");
        var resumed = await TextAsync($"{noticed.BlobPrefix}/logs/attempt-1/start-2/stderr.txt");
        Assert.AreEqual(StepIn(stopped, "stopped by SIGTERM at step "), StepIn(resumed, "resuming at step "), "on notice nothing is lost");
        Assert.IsGreaterThan(0, StepIn(await TextAsync($"{killed.BlobPrefix}/logs/attempt-1/start-2/stderr.txt"), "resuming at step "));
        foreach (var metric in new[] { "train_loss", "validation_loss", "validation_accuracy" })
        {
            Assert.AreEqual(outcomes[2].Result!.Metrics[metric].Last, outcomes[0].Result!.Metrics[metric].Last, 1e-6, metric);
            Assert.AreEqual(outcomes[2].Result!.Metrics[metric].Last, outcomes[1].Result!.Metrics[metric].Last, 1e-6, metric);
        }
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
    public async Task A_trial_goes_on_from_its_checkpoint_on_the_dedicated_pool()
    {
        var spot = Trial("fallback", budget: 30);
        await account.Jobs.SubmitAsync(spot, Cancellation);
        await CheckpointedAsync(spot);
        await account.Jobs.CancelAsync(spot, Cancellation);
        var dedicated = spot with { Attempt = 2, Dedicated = true, Budget = 5 };
        await account.Jobs.SubmitAsync(dedicated, Cancellation);
        var outcome = await account.OutcomeAsync(dedicated, Cancellation);
        Assert.AreEqual(TrialOutcomeKind.Succeeded, outcome.Kind, outcome.Message);
        StringAssert.Contains(await TextAsync($"{spot.BlobPrefix}/logs/attempt-2/start-1/stderr.txt"), "resuming at step");
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
            async () => (await account.Jobs.Trials.StartsAsync(trial.BlobPrefix, Cancellation)).Starts == 1 && account.ProcessesAtWork() > 0, "it runs", cancellationToken: Cancellation);
        await account.Jobs.CancelAsync(trial, Cancellation);
        await account.Jobs.DeleteJobsAsync("cancelled", Cancellation);
        await Eventually.TrueAsync(() => account.ProcessesAtWork() == 0, "no process is left", cancellationToken: Cancellation);
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

    private Task CheckpointedAsync(TrainingTask trial) => Eventually.TrueAsync(
        async () => (await account.Jobs.Trials.ProgressAsync(trial.BlobPrefix, Cancellation)).Epoch > 1
            && !(await TextAsync($"{trial.BlobPrefix}/checkpoint/latest.json")).Contains("\"sequence\": 0", StringComparison.Ordinal),
        $"{trial.TrialId} has trained an epoch and stored a checkpoint",
        cancellationToken: Cancellation);

    private static int StepIn(string log, string before)
    {
        var rest = log[(log.LastIndexOf(before, StringComparison.Ordinal) + before.Length)..];
        return int.Parse(string.Concat(rest.TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture);
    }

    private async Task<string> TextAsync(string name) =>
        (await account.Blobs.GetBlobContainerClient("runs").GetBlobClient(name).DownloadContentAsync(Cancellation)).Value.Content.ToString();
}

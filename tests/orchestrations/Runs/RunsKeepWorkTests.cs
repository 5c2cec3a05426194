using System.Text.Json;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using DurableMl.Registry;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Runs;

/// <summary>What a run has finished is kept, whatever fails or is cancelled afterwards.</summary>
[TestClass]
public sealed class RunsKeepWorkTests
{
    [TestMethod]
    public async Task A_report_that_cannot_be_written_does_not_fail_a_run_that_has_published()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        hub.Trouble = activity => activity == nameof(WriteReport) ? new PermanentFailureException("storage says no") : null;

        RunOutput output = Output(await hub.RunAsync(hub.Pipeline()));

        Assert.AreEqual((RunState.Published, null), (output.State, output.ReportBlob));
        Assert.AreEqual("the report could not be written: storage says no", output.Failures.Single().Reason);
    }

    [TestMethod]
    public async Task Staged_shards_that_cannot_be_removed_do_not_fail_a_run()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        hub.Trouble = activity => activity == nameof(RemoveStaging) ? new PermanentFailureException("storage says no") : null;

        Assert.AreEqual(RunState.Published, Output(await hub.RunAsync(hub.Pipeline())).State);
    }

    [TestMethod]
    public async Task An_outage_during_evaluation_is_waited_out()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        int tries = 0;
        hub.Trouble = activity => activity == nameof(EvaluateModel) && ++tries < 3 ? new IOException("the connection was reset") : null;

        Assert.AreEqual(RunState.Published, Output(await hub.RunAsync(hub.Pipeline())).State);
        Assert.AreEqual(3, tries);
    }

    [TestMethod]
    [DataRow(nameof(WriteShards), RunPhase.Preprocess)]
    [DataRow(nameof(EvaluateModel), RunPhase.Evaluate)]
    [DataRow(nameof(PublishModel), RunPhase.Publish)]
    public async Task Cancelling_works_in_every_phase_even_while_an_outage_is_waited_out(string activity, RunPhase phase)
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        using var troubled = new ManualResetEventSlim();
        hub.Trouble = name =>
        {
            if (name != activity)
            {
                return null;
            }

            troubled.Set();
            return new IOException("the connection was reset");
        };
        string id = await hub.ScheduleAsync(hub.Pipeline());
        await Eventually.TrueAsync(() => Task.FromResult(troubled.IsSet), $"{activity} is tried");

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");

        RunOutput output = Output(await hub.EndAsync(id));
        Assert.AreEqual(RunState.Cancelled, output.State);
        Assert.AreEqual(phase, output.Phases[^2].Name);
        Assert.AreEqual(new RunFailure(phase, null, "cancelled: enough"), output.Failures.Single());
    }

    [TestMethod]
    public async Task A_run_id_is_taken_for_good_even_after_a_purge()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = (await hub.RunAsync(hub.Pipeline())).InstanceId;
        await hub.Client.PurgeInstanceAsync(id);
        int submitted = hub.Training.Submitted.Count;

        await hub.ScheduleAsync(hub.Pipeline(), id);
        OrchestrationMetadata again = await hub.EndAsync(id);

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, again.RuntimeStatus);
        StringAssert.StartsWith(again.FailureDetails!.ErrorMessage, $"ingest: There was a run '{id}' before");
        Assert.AreEqual((submitted, 1), (hub.Training.Submitted.Count, (await hub.Registry.ListVersionsAsync(hub.Raw.Name)).Count));
        Assert.AreEqual(RunState.Published, (await ReportAsync(hub, id)).State, "the first run's report stays");

        await hub.Client.PurgeInstanceAsync(id);
        RunStart start = await Starter(hub).StartAsync(hub.Client, Example(hub), id, default);
        Assert.IsTrue(start.Existed, "the API refuses it before it starts");
    }

    [TestMethod]
    public async Task Everything_that_was_evaluated_is_published_and_nothing_else()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync(
            (_, _) => Over(TrialOutcomeKind.Succeeded, 0.9),
            ("labels.txt", "cat\ndog\n"u8.ToArray()), ("tokenizer/vocab.json", "{}"u8.ToArray()), ("metrics.jsonl", "{}"u8.ToArray()), ("my plot.png", [1, 2, 3]));

        RunOutput output = Output(await hub.RunAsync(hub.Pipeline()));

        ModelManifest model = await hub.Registry.GetAsync(hub.Raw.Name, "1");
        CollectionAssert.AreEquivalent(new[] { "model.onnx", "labels.txt", "tokenizer/vocab.json", "sample.json" }, model.Files.Select(file => file.Name).ToArray());
        CollectionAssert.IsSubsetOf(output.Evaluation!.Files.ToArray(), model.Files.ToArray());
        StringAssert.EndsWith(output.Failures.Single().Reason, "my plot.png");
    }

    [TestMethod]
    public async Task A_model_that_is_not_the_one_that_was_evaluated_is_not_published()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string? id = null;
        hub.Trouble = activity =>
        {
            if (activity == nameof(PublishModel))
            {
                RunBlobs.Output(hub.Blobs, id!, "trial-000", "model.onnx").Upload(BinaryData.FromString("another model"), overwrite: true);
            }

            return null;
        };
        id = await hub.ScheduleAsync(hub.Pipeline());

        OrchestrationMetadata run = await hub.EndAsync(id);

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, run.RuntimeStatus);
        StringAssert.StartsWith(run.FailureDetails!.ErrorMessage, "publish: model.onnx of trial-000 has changed since the trial left it");
        Assert.AreEqual(0, (await hub.Registry.ListVersionsAsync(hub.Raw.Name)).Count);
    }

    [TestMethod]
    public async Task The_lineage_holds_the_parameters_that_the_trial_had()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string? id = null;
        hub.Trouble = activity =>
        {
            if (activity == nameof(EvaluateModel))
            {
                Runs(hub).GetBlobClient(RunBlobs.Parameters(id!, "trial-000")).Upload(BinaryData.FromString("""{"learning_rate":0.125}"""), overwrite: true);
            }

            return null;
        };
        id = await hub.ScheduleAsync(hub.Pipeline());
        await hub.EndAsync(id);

        Assert.AreEqual(0.125, (await hub.Registry.GetAsync(hub.Raw.Name, "1")).Lineage!.Parameters!["learning_rate"].GetDouble());
    }

    [TestMethod]
    public async Task A_decision_counts_only_once_there_is_an_evaluation_to_see()
    {
        bool train = false;
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Volatile.Read(ref train) ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running(0.5, 1));
        string id = await hub.ScheduleAsync(hub.Pipeline() with { Approve = new ApprovalDefinition(TimeSpan.FromHours(1), false) });
        await hub.Hub.UntilAsync(RunIds.Trial(id, "trial-000"), trial => trial.SerializedCustomStatus is not null);

        await hub.Client.RaiseEventAsync(id, RunEvents.Approval, new ApprovalDecision(true, "Eve", "unseen"));
        Volatile.Write(ref train, true);
        OrchestrationMetadata waiting = await hub.Hub.UntilAsync(id, run => run.CustomStatus<RunStatus>()?.Phase == RunPhase.Approve);
        Assert.AreEqual((1.0, (long)RawDataset.TestExamples), (waiting.CustomStatus<RunStatus>()!.Evaluation!.Accuracy, waiting.CustomStatus<RunStatus>()!.Evaluation!.Examples));
        await hub.Client.RaiseEventAsync(id, RunEvents.Approval, new ApprovalDecision(false, "Ada", "looked at it"));

        RunOutput output = Output(await hub.EndAsync(id));
        Assert.AreEqual((RunState.Rejected, "Ada"), (output.State, output.Approval!.By));
        Assert.AreEqual("a decision by Eve came before the evaluation and does not count", output.Failures[0].Reason);
    }

    [TestMethod]
    public async Task A_run_whose_sweep_was_stopped_keeps_its_trials_and_is_resumed_with_them()
    {
        // One at a time: 0 completes, 1 and 2 fail, which is one more than allowed.
        bool cured = false;
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => Number(attempt) is 1 or 2 && !Volatile.Read(ref cured)
            ? Over(TrialOutcomeKind.JobFailure, message: "out of memory")
            : Over(TrialOutcomeKind.Succeeded, Number(attempt) == 0 ? 0.95 : 0.9));
        PipelineDefinition pipeline = hub.Pipeline();
        pipeline = pipeline with { Sweep = pipeline.Sweep with { Parallelism = 1, Retries = new RetryBudgets(0, 3, 0) } };
        OrchestrationMetadata failed = await hub.RunAsync(pipeline);
        string id = failed.InstanceId;
        Assert.AreEqual("train: out of memory (2 of 6 trials); sweep.maxFailedTrials allows 1", failed.FailureDetails!.ErrorMessage);
        RunOutput report = await ReportAsync(hub, id);
        Assert.AreEqual((RunState.Failed, "trial-000"), (report.State, report.Best!.Trial), "what completed stays");

        Volatile.Write(ref cured, true);
        Assert.AreEqual(ResumeOutcome.Resumed, await new RunResumer(hub.Blobs).ResumeAsync(hub.Client, id, null, default));
        RunOutput output = Output(await hub.EndAsync(id));

        Assert.AreEqual((RunState.Published, "trial-000"), (output.State, output.Best!.Trial));
        Assert.AreEqual(1, hub.Training.Submitted.Count(attempt => Number(attempt) == 0), "a trial that is done is not trained again");
        Assert.AreEqual(6, output.Trials.Count(trial => trial.State == TrialState.Completed));
        Assert.AreEqual(report.Dataset!.Version, output.Dataset!.Version);
        Assert.AreEqual(ResumeOutcome.Finished, await new RunResumer(hub.Blobs).ResumeAsync(hub.Client, id, null, default));
    }

    [TestMethod]
    public async Task A_resumed_sweep_that_learns_goes_by_what_its_trials_really_tried()
    {
        bool cured = false;
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => Number(attempt) is 1 or 2 && !Volatile.Read(ref cured)
            ? Over(TrialOutcomeKind.JobFailure, message: "out of memory")
            : Over(TrialOutcomeKind.Succeeded, 0.9));
        PipelineDefinition pipeline = hub.Pipeline();
        pipeline = pipeline with
        {
            Sweep = pipeline.Sweep with { Parallelism = 1, Retries = new RetryBudgets(0, 3, 0), Sampler = new SamplerDefinition(SamplerKind.Tpe, StartupTrials: 2) },
        };
        string id = (await hub.RunAsync(pipeline)).InstanceId;
        await Runs(hub).GetBlobClient(RunBlobs.Parameters(id, "trial-000")).UploadAsync(BinaryData.FromString("""{"learning_rate":0.0125}"""), overwrite: true);

        Volatile.Write(ref cured, true);
        Assert.AreEqual(ResumeOutcome.Resumed, await new RunResumer(hub.Blobs).ResumeAsync(hub.Client, id, null, default));
        RunOutput output = Output(await hub.EndAsync(id));

        Assert.AreEqual(RunState.Published, output.State);
        Assert.AreEqual(0.0125, output.Trials[0].Parameters!["learning_rate"].GetDouble());
        TrialAttempt last = hub.Training.Submitted.Last();
        Assert.AreEqual(last.Parameters["learning_rate"].GetDouble(), output.Trials[Number(last)].Parameters!["learning_rate"].GetDouble());
    }

    [TestMethod]
    public async Task A_run_whose_sweep_has_done_enough_publishes_the_best_so_far_and_says_why()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => Over(TrialOutcomeKind.Succeeded, Number(attempt) == 1 ? 0.97 : 0.9));
        PipelineDefinition pipeline = hub.Pipeline();

        RunOutput output = Output(await hub.RunAsync(pipeline with { Sweep = pipeline.Sweep with { Parallelism = 1, Stop = new StopRules { Target = 0.95 } } }));

        Assert.AreEqual((RunState.Published, "trial-001"), (output.State, output.Best!.Trial));
        Assert.AreEqual("sweep.stop.target is reached: validation_accuracy is 0.97", output.SweepFinished);
        Assert.AreEqual(2, output.Trials.Count(trial => trial.State == TrialState.Completed));
    }

    [TestMethod]
    public async Task A_cancelled_run_whose_history_was_purged_is_resumed_from_its_blobs()
    {
        bool free = false;
        await using PipelineHub hub = await PipelineHub.StartAsync(
            (attempt, _) => Number(attempt) == 0 || Volatile.Read(ref free) ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running(0.5, 1));
        string id = await hub.ScheduleAsync(hub.Pipeline());
        await hub.Hub.UntilAsync(RunIds.Trial(id, "trial-000"), trial => trial.IsCompleted);
        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");
        Assert.AreEqual(RunState.Cancelled, Output(await hub.EndAsync(id)).State);
        await hub.Client.PurgeInstanceAsync(id);

        Volatile.Write(ref free, true);
        Assert.AreEqual(ResumeOutcome.Resumed, await new RunResumer(hub.Blobs).ResumeAsync(hub.Client, id, null, default));

        Assert.AreEqual(RunState.Published, Output(await hub.EndAsync(id)).State);
        Assert.AreEqual(1, hub.Training.Submitted.Count(attempt => Number(attempt) == 0));
    }

    [TestMethod]
    public async Task A_run_that_goes_on_or_never_was_is_not_resumed()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Running(0.5, 1));
        string id = await hub.ScheduleAsync(hub.Pipeline());
        await hub.Hub.UntilAsync(id, run => run.SerializedCustomStatus is not null);
        var resumer = new RunResumer(hub.Blobs);

        Assert.AreEqual(ResumeOutcome.StillRunning, await resumer.ResumeAsync(hub.Client, id, null, default));
        Assert.AreEqual(ResumeOutcome.NotFound, await resumer.ResumeAsync(hub.Client, Storage.NewName("none"), null, default));
        Assert.AreEqual(ResumeOutcome.NotFound, await resumer.ResumeAsync(hub.Client, "No Run", null, default));
        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");
        await hub.EndAsync(id);
    }

    [TestMethod]
    public async Task A_dataset_in_a_folder_of_any_name_is_trained_on()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string folder = $"{hub.Raw.Name}/données 100% + mehr";
        foreach ((string name, byte[] content) in RawDataset.Files())
        {
            await hub.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{folder}/{name}").UploadAsync(BinaryData.FromBytes(content));
        }

        var json = PipelineJson.Example();
        json["dataset"]!["source"] = $"raw/{folder}/";
        PipelineReading reading = PipelineJson.Read(json);
        Assert.IsTrue(reading.IsValid, string.Join("; ", reading.Errors));
        PipelineDefinition pipeline = hub.Pipeline();

        Assert.AreEqual(RunState.Published, Output(await hub.RunAsync(pipeline with { Dataset = pipeline.Dataset with { Sources = reading.Definition!.Dataset.Sources } })).State);
    }

    private static RunStarter Starter(PipelineHub hub) => new(hub.Blobs, hub.Jobs, TimeProvider.System);

    private static byte[] Example(PipelineHub hub)
    {
        var json = PipelineJson.Example();
        json["name"] = hub.Raw.Name;
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static BlobContainerClient Runs(PipelineHub hub) => hub.Blobs.GetBlobContainerClient("runs");

    private static async Task<RunOutput> ReportAsync(PipelineHub hub, string id) => (await Runs(hub).GetBlobClient(RunBlobs.Report(id)).ReadJsonAsync<RunOutput>(default))!;

    private static int Number(TrialAttempt attempt) => int.Parse(attempt.TrialId[^3..], System.Globalization.CultureInfo.InvariantCulture);

    private static RunOutput Output(OrchestrationMetadata run)
    {
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, run.RuntimeStatus, run.FailureDetails?.ToString());
        return JsonSerializer.Deserialize<RunOutput>(run.SerializedOutput!, JsonBlobs.Options)!;
    }
}

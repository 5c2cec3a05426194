using System.Text.Json;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Approval;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using DurableMl.Registry;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;
using static Orchestrations.Tests.Fixtures.ScriptedTraining;

namespace Orchestrations.Tests.Runs;

[TestClass]
public class PipelineOrchestratorTests
{
    [TestMethod]
    public async Task A_run_goes_from_raw_files_to_a_published_model_with_its_lineage()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => Over(TrialOutcomeKind.Succeeded, Number(attempt) == 3 ? 0.99 : 0.9));

        OrchestrationMetadata run = await hub.RunAsync(hub.Pipeline());

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, run.RuntimeStatus, run.FailureDetails?.ToString());
        RunOutput output = Output(run);
        Assert.AreEqual(RunState.Published, output.State);
        Assert.AreEqual("trial-003", output.Best!.Trial);
        Assert.AreEqual(1.0, output.Evaluation!.Accuracy);
        Assert.AreEqual(RawDataset.TestExamples, output.Evaluation.Examples);
        Assert.AreEqual("1", output.Model!.Version);
        CollectionAssert.AreEqual(
            new[] { RunPhase.Ingest, RunPhase.Preprocess, RunPhase.Train, RunPhase.Evaluate, RunPhase.Publish, RunPhase.Done },
            output.Phases.Select(phase => phase.Name).ToArray());
        Assert.IsTrue(output.Phases.All(phase => phase.EndedAt >= phase.StartedAt));

        ModelManifest model = await hub.Registry.GetAsync(hub.Raw.Name, "1");
        Assert.AreEqual((run.InstanceId, "trial-003", output.Dataset!.Version), (model.Lineage!.Run, model.Lineage.Trial, model.Lineage.DatasetVersion));
        Assert.AreEqual(output.Trials[3].Parameters!["learning_rate"].GetDouble(), model.Lineage.Parameters!["learning_rate"].GetDouble());
        Assert.AreEqual("1", (await hub.Registry.GetAliasesAsync(hub.Raw.Name)).Versions["champion"]);
        Assert.IsTrue(model.Batching!.AcrossCallers, model.Batching.Because);

        RunOutput? report = await hub.Blobs.GetBlobContainerClient("runs").GetBlobClient(output.ReportBlob).ReadJsonAsync<RunOutput>(default);
        Assert.AreEqual(RunState.Published, report!.State);
        RunStatus status = Status(run);
        Assert.AreEqual((RunPhase.Done, 1, 1), (status.Phase, status.Done, status.Total));
    }

    [TestMethod]
    public async Task A_table_of_numbers_becomes_a_published_regression()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.1));
        // y = 2 x + 1, and a column that says nothing.
        hub.Model = new OnnxModel()
            .Node("MatMul", ["row", "w"], ["twice"])
            .Node("Add", ["twice", "one"], ["values"])
            .Initializer("w", [2, 1], [2, 0])
            .Initializer("one", [1], [1])
            .Input("row", OnnxModel.Float, "batch", 2)
            .Output("values", OnnxModel.Float, "batch", 1)
            .ToArray();
        string table = "x,z,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{i % 7},{(2 * i) + 1}\n"));
        await hub.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{hub.Raw.Name}-table/a.csv").UploadAsync(BinaryData.FromString(table), overwrite: true);
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["dataset"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
            {
              "name": "{{hub.Raw.Name}}-t", "format": "table", "source": "raw/{{hub.Raw.Name}}-table/", "target": "y",
              "columns": { "x": { "type": "numeric", "encode": "none" }, "z": { "type": "numeric" } }
            }
            """));

        OrchestrationMetadata run = await hub.RunAsync(hub.Pipeline() with { Dataset = pipeline.Dataset, Evaluate = new EvaluationDefinition([new EvaluationRule("rmse", null, 0.001)]) });

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, run.RuntimeStatus, run.FailureDetails?.ToString());
        RunOutput output = Output(run);
        Assert.AreEqual(RunState.Published, output.State, string.Join("; ", output.Failures));
        Assert.IsNull(output.Evaluation!.Accuracy);
        Assert.AreEqual(1, output.Evaluation.Metrics["r2"], 1e-6);
        ModelManifest model = await hub.Registry.GetAsync(hub.Raw.Name, "1");
        Assert.AreEqual(0, model.Metrics["test_rmse"], 1e-3);
        Assert.IsFalse(model.Metrics.ContainsKey("test_accuracy"));
        Assert.AreEqual("transform.json", model.Transform);
        Assert.AreEqual(output.Evaluation.Transform!.Sha256, model.Files.Single(file => file.Name == model.Transform).Sha256, "the very transform that it was trained behind");
    }

    [TestMethod]
    public async Task A_model_of_several_labels_is_tested_and_published()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.1));
        // A label is there where its number is above a half.
        hub.Model = new OnnxModel()
            .Node("Sub", ["row", "half"], ["logits"])
            .Initializer("half", [2], [0.5f, 0.5f])
            .Input("row", OnnxModel.Float, "batch", 2)
            .Output("logits", OnnxModel.Float, "batch", 2)
            .ToArray();
        string table = "x,y,tags\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i % 2}.00{i:D3},{i % 3 / 2},{(i % 2 == 1 ? "a" : "")};{(i % 3 == 2 ? "b" : "")}\n"));
        await hub.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{hub.Raw.Name}-table/a.csv").UploadAsync(BinaryData.FromString(table), overwrite: true);
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["dataset"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
            {
              "name": "{{hub.Raw.Name}}-t", "format": "table", "source": "raw/{{hub.Raw.Name}}-table/", "target": "tags", "task": "multiLabel",
              "split": { "by": "fraction", "validation": 0.3, "test": 0.3 },
              "columns": { "x": { "type": "numeric", "encode": "none" }, "y": { "type": "numeric", "encode": "none" } }
            }
            """));

        RunOutput output = Output(await hub.RunAsync(hub.Pipeline() with { Dataset = pipeline.Dataset, Evaluate = new EvaluationDefinition([new EvaluationRule(null, 1, null)]) }));

        Assert.AreEqual(RunState.Published, output.State, string.Join("; ", output.Failures));
        Assert.AreEqual(1, output.Evaluation!.Metrics["f1_macro"]);
        Assert.AreEqual(0, output.Evaluation.Metrics["hamming_loss"]);
    }

    [TestMethod]
    public async Task A_model_is_compared_with_the_champion_behind_the_champions_own_transform_and_by_slices()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.1));
        string table = "x,side,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{(i % 2 == 0 ? "left" : "right")},{(2 * i) + 1}\n"));
        await hub.Blobs.GetBlobContainerClient("raw").GetBlobClient($"{hub.Raw.Name}-table/a.csv").UploadAsync(BinaryData.FromString(table), overwrite: true);
        PipelineDefinition first = Pipeline("none");
        hub.Model = Line(2, 1);
        RunOutput champion = Output(await hub.RunAsync(first));
        // It is given standardised numbers, of which it makes nothing good.
        hub.Model = Line(1, 0);

        RunOutput worse = Output(await hub.RunAsync(Pipeline("standardize")));
        RunOutput slice = Output(await hub.RunAsync(first with { Evaluate = new EvaluationDefinition([new EvaluationRule("rmse", null, 0.5, Slice: new EvaluationSlice("side", "left"))]) }));

        Assert.AreEqual(RunState.Published, champion.State, string.Join("; ", champion.Failures));
        Assert.IsNull(champion.Evaluation!.Champion, "there was none");
        Assert.AreEqual(RunState.Rejected, worse.State);
        Assert.AreEqual("1", worse.Evaluation!.Champion!.Version);
        Assert.AreEqual(0, worse.Evaluation.Champion.Metrics["rmse"], 1e-3);
        Assert.Contains("is worse than the champion's 0 by more than evaluate's championTolerance, 0.5", worse.Failures.Single().Reason);
        Assert.Contains("where side is 'left' is above evaluate's maximum, 0.5", slice.Failures.Single().Reason);
        Assert.AreEqual(worse.Evaluation.Examples, worse.Evaluation.Slices!["side"].Values.Sum(value => value.Examples));
        Assert.AreEqual(0, worse.Evaluation.Champion.Slices!["side"]["right"].Metrics["mae"], 1e-3);

        PipelineDefinition Pipeline(string encode) => hub.Pipeline() with
        {
            Dataset = PipelineJson.Definition(json => json["dataset"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
                {
                  "name": "{{hub.Raw.Name}}-t", "format": "table", "source": "raw/{{hub.Raw.Name}}-table/", "target": "y", "slices": ["side"],
                  "columns": { "x": { "type": "numeric", "encode": "{{encode}}" }, "side": { "type": "ignored" } }
                }
                """)).Dataset,
            Evaluate = new EvaluationDefinition([new EvaluationRule("rmse", null, null, 0.5)]),
        };

        static byte[] Line(float slope, float at) => new OnnxModel()
            .Node("MatMul", ["row", "w"], ["product"])
            .Node("Add", ["product", "b"], ["values"])
            .Initializer("w", [1, 1], [slope])
            .Initializer("b", [1], [at])
            .Input("row", OnnxModel.Float, "batch", 1)
            .Output("values", OnnxModel.Float, "batch", 1)
            .ToArray();
    }

    [TestMethod]
    public async Task A_second_run_reuses_the_dataset_and_publishes_a_second_version()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));

        RunOutput first = Output(await hub.RunAsync(hub.Pipeline()));
        RunOutput second = Output(await hub.RunAsync(hub.Pipeline()));

        Assert.AreEqual((false, true), (first.Dataset!.Reused, second.Dataset!.Reused));
        Assert.AreEqual(("1", "2"), (first.Model!.Version, second.Model!.Version));
    }

    [TestMethod]
    public async Task One_failing_trial_of_six_leaves_a_run_that_completes_and_reports_it()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync(
            (attempt, _) => Number(attempt) == 5 ? Over(TrialOutcomeKind.NonRetryable, message: "loss is NaN") : Over(TrialOutcomeKind.Succeeded, 0.9));

        RunOutput output = Output(await hub.RunAsync(hub.Pipeline()));

        Assert.AreEqual(RunState.Published, output.State);
        Assert.AreEqual(new RunFailure(RunPhase.Train, "trial-005", "loss is NaN"), output.Failures.Single());
        Assert.AreEqual((TrialState.Failed, "loss is NaN"), (output.Trials[5].State, output.Trials[5].Error));
    }

    [TestMethod]
    public async Task More_failing_trials_than_allowed_fail_the_run_with_a_report()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync(
            (attempt, _) => Number(attempt) < 2 ? Over(TrialOutcomeKind.NonRetryable, message: "loss is NaN") : Over(TrialOutcomeKind.Succeeded, 0.9));

        OrchestrationMetadata run = await hub.RunAsync(hub.Pipeline());

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, run.RuntimeStatus);
        Assert.AreEqual("train: loss is NaN (2 of 6 trials); sweep.maxFailedTrials allows 1", run.FailureDetails!.ErrorMessage);
        RunOutput? report = await hub.Blobs.GetBlobContainerClient("runs").GetBlobClient(RunBlobs.Report(run.InstanceId)).ReadJsonAsync<RunOutput>(default);
        Assert.AreEqual(RunState.Failed, report!.State);
        Assert.AreEqual(3, report.Failures.Count, "both trials and the run");
        Assert.AreEqual(0, (await hub.Registry.ListVersionsAsync(hub.Raw.Name)).Count);
    }

    [TestMethod]
    public async Task Wrong_raw_data_fails_the_run_with_the_file_at_fault_and_loses_nothing()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        await hub.Raw.PutAsync("train-labels-idx1-ubyte", RawDataset.File("train-labels-idx1-ubyte")[..^1]);

        OrchestrationMetadata run = await hub.RunAsync(hub.Pipeline());

        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, run.RuntimeStatus);
        StringAssert.StartsWith(run.FailureDetails!.ErrorMessage, $"preprocess: raw/{hub.Raw.Name}/train-labels-idx1-ubyte: expected 248 bytes");
        StringAssert.Contains(Status(run).Error, "expected 248 bytes");

        await hub.Raw.PutAsync("train-labels-idx1-ubyte", RawDataset.File("train-labels-idx1-ubyte"));
        Assert.AreEqual(RunState.Published, Output(await hub.RunAsync(hub.Pipeline())).State);
    }

    [TestMethod]
    public async Task A_model_below_the_minimum_is_not_published()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        // No test labels agree with what the model says.
        await hub.Raw.PutAsync("t10k-labels-idx1-ubyte", [.. RawDataset.File("t10k-labels-idx1-ubyte")[..8], .. Enumerable.Range(0, 60).Select(i => (byte)((i + 1) % 4))]);

        RunOutput output = Output(await hub.RunAsync(hub.Pipeline()));

        Assert.AreEqual(RunState.Rejected, output.State);
        Assert.AreEqual("accuracy 0 on the test split is below evaluate's minimum, 0.9", output.Failures.Single().Reason);
        Assert.AreEqual(0, (await hub.Registry.ListVersionsAsync(hub.Raw.Name)).Count);
    }

    [TestMethod]
    [DataRow(true, RunState.Published)]
    [DataRow(false, RunState.Rejected)]
    public async Task A_persons_word_decides(bool approved, RunState state)
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = await hub.ScheduleAsync(hub.Pipeline() with { Approve = new ApprovalDefinition(TimeSpan.FromHours(1), !approved) });
        await hub.Hub.UntilAsync(id, run => run.SerializedCustomStatus is { } status && status.Contains("\"phase\":\"approve\"", StringComparison.Ordinal));

        await hub.Client.RaiseEventAsync(id, RunEvents.Approval, new ApprovalDecision(approved, "Ada", "looked at it"));

        RunOutput output = Output(await hub.EndAsync(id));
        Assert.AreEqual(state, output.State);
        Assert.AreEqual(new ApprovalDecision(approved, "Ada", "looked at it"), output.Approval);
    }

    [TestMethod]
    public async Task A_person_picks_another_trial_than_the_best()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => Number(attempt) == 5
            ? Over(TrialOutcomeKind.NonRetryable, message: "loss is NaN")
            : Over(TrialOutcomeKind.Succeeded, Number(attempt) == 2 ? 0.95 : 0.9));
        string id = await hub.ScheduleAsync(hub.Pipeline() with { Approve = new ApprovalDefinition(TimeSpan.FromHours(1), false) });
        await hub.Hub.UntilAsync(id, run => run.SerializedCustomStatus is { } status && status.Contains("\"phase\":\"approve\"", StringComparison.Ordinal));

        await hub.Client.RaiseEventAsync(id, RunEvents.Approval, new ApprovalDecision(true, "Ada", "quicker", "trial-005"));
        await hub.Client.RaiseEventAsync(id, RunEvents.Approval, new ApprovalDecision(true, "Ada", "quicker", "trial-004"));

        RunOutput output = Output(await hub.EndAsync(id));
        Assert.AreEqual((RunState.Published, "trial-002"), (output.State, output.Best!.Trial));
        Assert.AreEqual("trial-004", output.Approval!.Trial);
        Assert.AreEqual("trial-004", (await hub.Registry.GetAsync(hub.Raw.Name, "1")).Lineage!.Trial);
        Assert.AreEqual("was to be published, but has not completed: another decision is awaited", output.Failures.Single(failure => failure.Phase == RunPhase.Approve).Reason);
    }

    [TestMethod]
    [DataRow(true, RunState.Published)]
    [DataRow(false, RunState.Rejected)]
    public async Task Without_a_word_the_default_holds_at_the_deadline(bool approves, RunState state)
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));

        RunOutput output = Output(await hub.RunAsync(hub.Pipeline() with { Approve = new ApprovalDefinition(TimeSpan.FromSeconds(1), approves) }));

        Assert.AreEqual(state, output.State);
        Assert.IsNull(output.Approval!.By);
    }

    [TestMethod]
    public async Task Cancelling_while_trials_train_ends_them_and_completes_as_cancelled()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((attempt, _) => Number(attempt) == 0 ? Over(TrialOutcomeKind.Succeeded, 0.9) : Running(0.5, 1));
        string id = await hub.ScheduleAsync(hub.Pipeline());
        await hub.Hub.UntilAsync(RunIds.Trial(id, "trial-001"), trial => trial.SerializedCustomStatus is { } status && status.Contains("\"state\":\"running\"", StringComparison.Ordinal));

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");

        RunOutput output = Output(await hub.EndAsync(id));
        Assert.AreEqual(RunState.Cancelled, output.State);
        Assert.AreEqual("cancelled: enough", output.Failures.Single().Reason);
        Assert.AreEqual(TrialState.Completed, output.Trials[0].State);
        Assert.AreEqual(5, output.Trials.Count(trial => trial.State == TrialState.Cancelled));
        Assert.IsNull(output.Model);
    }

    [TestMethod]
    public async Task Cancelling_while_a_word_is_awaited_publishes_nothing()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        string id = await hub.ScheduleAsync(hub.Pipeline() with { Approve = new ApprovalDefinition(TimeSpan.FromHours(1), true) });
        await hub.Hub.UntilAsync(id, run => run.SerializedCustomStatus is { } status && status.Contains("\"phase\":\"approve\"", StringComparison.Ordinal));

        await hub.Client.RaiseEventAsync(id, RunEvents.Cancel, "enough");

        Assert.AreEqual(RunState.Cancelled, Output(await hub.EndAsync(id)).State);
        Assert.AreEqual(0, (await hub.Registry.ListVersionsAsync(hub.Raw.Name)).Count);
    }

    [TestMethod]
    public async Task A_pipeline_that_was_never_checked_is_checked_by_the_run()
    {
        await using PipelineHub hub = await PipelineHub.StartAsync((_, _) => Over(TrialOutcomeKind.Succeeded, 0.9));
        PipelineDefinition pipeline = hub.Pipeline();

        OrchestrationMetadata run = await hub.RunAsync(pipeline with { Sweep = pipeline.Sweep with { Job = "no-such-job" } });

        StringAssert.StartsWith(run.FailureDetails!.ErrorMessage, "ingest: $.sweep.job There is no job 'no-such-job'");
    }

    private static int Number(TrialAttempt attempt) => int.Parse(attempt.TrialId[^3..], System.Globalization.CultureInfo.InvariantCulture);

    private static RunOutput Output(OrchestrationMetadata run)
    {
        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, run.RuntimeStatus, run.FailureDetails?.ToString());
        return JsonSerializer.Deserialize<RunOutput>(run.SerializedOutput!, JsonBlobs.Options)!;
    }

    private static RunStatus Status(OrchestrationMetadata run) => JsonSerializer.Deserialize<RunStatus>(run.SerializedCustomStatus!, JsonBlobs.Options)!;
}

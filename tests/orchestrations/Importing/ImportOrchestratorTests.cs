using System.Text.Json.Nodes;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Importing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Importing;

/// <summary>Every branch of an import, with the real engine and blobs; what Batch shows is scripted.</summary>
[TestClass]
public sealed class ImportOrchestratorTests
{
    [TestMethod]
    public async Task A_conversion_that_ends_well_is_published_and_its_Batch_job_removed()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer());
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Over(TrialOutcomeKind.Succeeded, 2));

        OrchestrationMetadata ended = await RunAsync(files, await files.TorchScriptAsync("champion"), training);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ErrorMessage);
        JsonNode output = JsonNode.Parse(ended.SerializedOutput!)!;
        Assert.AreEqual(("published", "1", "champion"), ((string)output["state"]!, (string)output["version"]!, (string)output["alias"]!));
        Assert.AreEqual("c0de", (await files.Registry.GetAsync(files.Model, "1")).Lineage!.Code);
        Assert.AreEqual((1, files.RunId), (training.CleanedUp.Count, training.CleanedUp.Single()));
        JsonNode status = JsonNode.Parse(ended.SerializedCustomStatus!)!;
        Assert.AreEqual(("done", "prepare convert publish done", "completed"), ((string)status["phase"]!, Phases(status), (string)status["trials"]![0]!["state"]!));
    }

    [TestMethod]
    public async Task A_model_that_is_ONNX_already_takes_no_Batch_job()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        var training = new ScriptedTraining((_, _) => throw new InvalidOperationException("nothing is trained"));

        OrchestrationMetadata ended = await RunAsync(files, await files.OnnxAsync(ManyTensorModel.Create(), ManyTensorModel.Sample()), training);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ErrorMessage);
        Assert.AreEqual((0, 0), (training.Submitted.Count, training.CleanedUp.Count));
        Assert.AreEqual("prepare publish done", Phases(JsonNode.Parse(ended.SerializedCustomStatus!)!));
    }

    [TestMethod]
    public async Task A_conversion_that_no_retry_can_help_fails_the_import_with_its_reason_and_its_Batch_job_is_removed()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Over(TrialOutcomeKind.NonRetryable, message: "source: it is not TorchScript"));

        OrchestrationMetadata ended = await RunAsync(files, await files.TorchScriptAsync(), training);

        Failed(ended, "convert", "The conversion failed: source: it is not TorchScript");
        Assert.HasCount(1, training.CleanedUp);
        Assert.HasCount(1, training.Submitted, "It is not tried again.");
    }

    [TestMethod]
    public async Task An_answer_that_differs_fails_the_import_after_its_Batch_job_is_removed()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer(last: 0));
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Over(TrialOutcomeKind.Succeeded, 2));

        OrchestrationMetadata ended = await RunAsync(files, await files.TorchScriptAsync(), training);

        Failed(ended, "publish", "output 'y' at [1, 1] is 8 instead of 0");
        Assert.HasCount(1, training.CleanedUp);
        Assert.IsEmpty(await files.Registry.ListVersionsAsync(files.Model));
    }

    [TestMethod]
    public async Task A_source_that_is_not_there_fails_the_import_before_anything_is_submitted()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Waiting);

        OrchestrationMetadata ended = await RunAsync(files, await files.TorchScriptAsync() with { Source = "raw/nowhere.pt" }, training);

        Failed(ended, "prepare", "source: there is no blob raw/nowhere.pt.");
        Assert.IsEmpty(training.Submitted);
    }

    [TestMethod]
    public async Task Cancelling_ends_the_Batch_task_removes_the_job_and_completes_as_cancelled()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Running());
        ImportRequest request = await files.TorchScriptAsync();
        await using TaskHub hub = await StartAsync(files, training);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(ImportOrchestrator), new ImportInput(files.RunId, files.Model, request), new StartOrchestrationOptions(files.RunId), hub.Timeout);
        await Eventually.TrueAsync(
            async () => await hub.Client.GetInstanceAsync(files.RunId, getInputsAndOutputs: true, hub.Timeout) is { } import
                && await ImportStatusReader.ReadAsync(hub.Client, import, hub.Timeout) is { Phase: ImportPhase.Convert, Trials: [{ State: TrialState.Running }] },
            "the conversion shows in the import's status");

        await hub.Client.RaiseEventAsync(files.RunId, RunEvents.Cancel, "enough", hub.Timeout);
        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(files.RunId, getInputsAndOutputs: true, hub.Timeout);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        JsonNode output = JsonNode.Parse(ended.SerializedOutput!)!;
        Assert.AreEqual(("cancelled", "enough"), ((string)output["state"]!, (string)output["reason"]!));
        Assert.AreEqual("cancelled: enough", (string)JsonNode.Parse(ended.SerializedCustomStatus!)!["error"]!);
        Assert.AreEqual((1, 1), (training.Ended.Count, training.CleanedUp.Count));
        Assert.IsEmpty(await files.Registry.ListVersionsAsync(files.Model));
    }

    [TestMethod]
    [DataRow(nameof(PrepareImport), "prepare")]
    [DataRow(nameof(PublishImport), "publish")]
    public async Task Cancelling_works_in_every_phase_even_while_an_outage_is_waited_out(string activity, string phase)
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        ImportRequest request = await files.OnnxAsync(ManyTensorModel.Create(), ManyTensorModel.Sample());
        using var troubled = new ManualResetEventSlim();
        await using TaskHub hub = await StartAsync(files, new ScriptedTraining((_, _) => ScriptedTraining.Waiting), name =>
        {
            if (name == activity)
            {
                troubled.Set();
                throw new IOException("the connection was reset");
            }
        });
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(ImportOrchestrator), new ImportInput(files.RunId, files.Model, request), new StartOrchestrationOptions(files.RunId), hub.Timeout);
        await Eventually.TrueAsync(() => Task.FromResult(troubled.IsSet), $"{activity} is tried");

        await hub.Client.RaiseEventAsync(files.RunId, RunEvents.Cancel, "enough", hub.Timeout);
        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(files.RunId, getInputsAndOutputs: true, hub.Timeout);

        Assert.AreEqual("cancelled", (string)JsonNode.Parse(ended.SerializedOutput!)!["state"]!);
        JsonNode status = JsonNode.Parse(ended.SerializedCustomStatus!)!;
        Assert.AreEqual((phase, "cancelled: enough"), ((string)status["phase"]!, (string)status["error"]!));
    }

    [TestMethod]
    public async Task A_conversion_that_somebody_terminates_fails_the_import_and_its_Batch_job_is_removed()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Running());
        ImportRequest request = await files.TorchScriptAsync();
        await using TaskHub hub = await StartAsync(files, training);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(ImportOrchestrator), new ImportInput(files.RunId, files.Model, request), new StartOrchestrationOptions(files.RunId), hub.Timeout);
        string trial = RunIds.Trial(files.RunId, "trial-000");
        await hub.UntilAsync(trial, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);

        await hub.Client.TerminateInstanceAsync(trial, "by hand", hub.Timeout);
        OrchestrationMetadata ended = await hub.Client.WaitForInstanceCompletionAsync(files.RunId, getInputsAndOutputs: true, hub.Timeout);

        Failed(ended, "convert", "The conversion failed");
        Assert.HasCount(1, training.CleanedUp);
    }

    [TestMethod]
    public async Task A_Batch_job_that_cannot_be_removed_does_not_cost_the_model()
    {
        ImportedFiles files = await ImportedFiles.CreateAsync();
        await files.ConvertedAsync(ManyTensorModel.Create(), ManyTensorModel.Sample(), ManyTensorModel.Answer());
        var training = new ScriptedTraining((_, _) => ScriptedTraining.Over(TrialOutcomeKind.Succeeded, 2)) { CleanUpFails = true };

        OrchestrationMetadata ended = await RunAsync(files, await files.TorchScriptAsync(), training);

        Assert.AreEqual(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus, ended.FailureDetails?.ErrorMessage);
    }

    private static string Phases(JsonNode status) => string.Join(' ', status["phases"]!.AsArray().Select(phase => (string)phase!["name"]!));

    private static void Failed(OrchestrationMetadata ended, string phase, string reason)
    {
        Assert.AreEqual(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Contains(reason, ended.FailureDetails!.ErrorMessage);
        JsonNode status = JsonNode.Parse(ended.SerializedCustomStatus!)!;
        Assert.AreEqual(phase, (string)status["phase"]!);
        Assert.Contains(reason, (string)status["error"]!);
        Assert.IsTrue(status["phases"]!.AsArray().All(each => each!["endedAt"] is not null), status.ToJsonString());
    }

    private static async Task<OrchestrationMetadata> RunAsync(ImportedFiles files, ImportRequest request, ScriptedTraining training)
    {
        await using TaskHub hub = await StartAsync(files, training);
        return await hub.RunAsync(nameof(ImportOrchestrator), new ImportInput(files.RunId, files.Model, request), files.RunId);
    }

    private static Task<TaskHub> StartAsync(ImportedFiles files, ScriptedTraining training, Action<string>? trouble = null) => TaskHub.StartAsync(tasks =>
    {
        training.Register(tasks);
        tasks.AddActivityFunc<ImportInput, PreparedImport>(nameof(PrepareImport), (_, input) =>
        {
            trouble?.Invoke(nameof(PrepareImport));
            return new PrepareImport(files.Blobs).RunAsync(input, default);
        });
        tasks.AddActivityFunc<PublishImportInput, PublishedImport>(nameof(PublishImport), (_, input) =>
        {
            trouble?.Invoke(nameof(PublishImport));
            return new PublishImport(files.Blobs, files.Registry).RunAsync(input, default);
        });
    });
}

using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Training;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestrations.Tests.Fixtures;

/// <summary>A task hub on which whole runs go: everything is real but training, which a test scripts.</summary>
internal sealed class PipelineHub : IAsyncDisposable
{
    private readonly TaskHub hub;

    private PipelineHub(TaskHub hub, BlobServiceClient blobs, RawDataset raw)
    {
        this.hub = hub;
        Blobs = blobs;
        Raw = raw;
    }

    public BlobServiceClient Blobs { get; }

    public RawDataset Raw { get; }

    public DurableTaskClient Client => hub.Client;

    public TaskHub Hub => hub;

    public ModelRegistry Registry => new(Blobs, TimeProvider.System);

    /// <param name="look">What each look at an attempt shows; a success needs no model, it gets one that is right about every example.</param>
    public static async Task<PipelineHub> StartAsync(Func<TrialAttempt, int, TrialObservation> look)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        var training = new ScriptedTraining((attempt, number) =>
        {
            TrialObservation seen = look(attempt, number);
            if (seen.Outcome == TrialOutcomeKind.Succeeded)
            {
                blobs.GetBlobContainerClient("runs").GetBlobClient(RunBlobs.Output(attempt.RunId, attempt.TrialId, "model.onnx"))
                    .Upload(BinaryData.FromBytes(RowModel.Create()), overwrite: true);
            }

            return seen;
        });
        var jobs = new JobCatalog(Path.Combine(Repository.Root, "batch-jobs"));
        TaskHub hub = await TaskHub.StartAsync(tasks =>
        {
            training.Register(tasks);
            tasks.AddActivityFunc<RecordRunInput, object?>(nameof(RecordRun), async (_, input) =>
            {
                await new RecordRun(blobs, jobs).RunAsync(input, default);
                return null;
            });
            tasks.AddActivityFunc<PlanDatasetInput, DatasetPlan>(nameof(PlanDataset), (_, input) => new PlanDataset(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<BlockInput, PixelStatistics>(nameof(MeasureBlock), (_, input) => new MeasureBlock(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<BlockInput, IReadOnlyList<WrittenShard>>(nameof(WriteShards), (_, input) => new WriteShards(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<PublishDatasetInput, DatasetReference>(nameof(PublishDataset), (_, input) => new PublishDataset(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<EvaluateModelInput, EvaluationResult>(nameof(EvaluateModel), (_, input) => new EvaluateModel(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<PublishModelInput, PublishedModel>(
                nameof(PublishModel), (_, input) => new PublishModel(blobs, new ModelRegistry(blobs, TimeProvider.System)).RunAsync(input, default));
            tasks.AddActivityFunc<WriteReportInput, object?>(nameof(WriteReport), async (_, input) =>
            {
                await new WriteReport(blobs).RunAsync(input, default);
                return null;
            });
        });
        return new PipelineHub(hub, blobs, raw);
    }

    /// <summary>The example's pipeline over this hub's own dataset and model.</summary>
    public PipelineDefinition Pipeline() => PipelineJson.Definition() with
    {
        Dataset = Raw.Definition,
        Publish = new PublicationDefinition(Raw.Name, "champion"),
        Evaluate = new EvaluationDefinition(0.9),
    };

    public async Task<string> ScheduleAsync(PipelineDefinition pipeline) => await hub.Client.ScheduleNewOrchestrationInstanceAsync(
        nameof(PipelineOrchestrator), pipeline, new StartOrchestrationOptions(Storage.NewName("run")), hub.Timeout);

    public Task<OrchestrationMetadata> EndAsync(string runId) => hub.Client.WaitForInstanceCompletionAsync(runId, getInputsAndOutputs: true, hub.Timeout);

    public async Task<OrchestrationMetadata> RunAsync(PipelineDefinition pipeline) => await EndAsync(await ScheduleAsync(pipeline));

    public ValueTask DisposeAsync() => hub.DisposeAsync();
}

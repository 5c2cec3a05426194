using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Orchestrations.Evaluation;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Images;
using DurableMl.Orchestrations.Preprocessing.Tables;
using DurableMl.Orchestrations.Publishing;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Telemetry;
using DurableMl.Orchestrations.Training;
using DurableMl.Registry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestrations.Tests.Fixtures;

/// <summary>A task hub on which whole runs go: everything is real but training, which a test scripts.</summary>
internal sealed class PipelineHub : IAsyncDisposable
{
    private readonly TaskHub hub;

    private PipelineHub(TaskHub hub, BlobServiceClient blobs, RawDataset raw, ScriptedTraining training)
    {
        this.hub = hub;
        Blobs = blobs;
        Raw = raw;
        Training = training;
    }

    public BlobServiceClient Blobs { get; }

    public RawDataset Raw { get; }

    public ScriptedTraining Training { get; }

    public DurableTaskClient Client => hub.Client;

    public TaskHub Hub => hub;

    public required PipelineMeter Meter { get; init; }

    public required JobLibrary Jobs { get; init; }

    public ModelRegistry Registry => new(Blobs, TimeProvider.System);

    /// <summary>The model that trials leave.</summary>
    public byte[] Model { get; set; } = RowModel.Create();

    /// <summary>What an activity throws before it does its work; null lets it work.</summary>
    public Func<string, Exception?> Trouble { get; set; } = _ => null;

    /// <param name="look">What each look at an attempt shows. A success leaves a model that is right about every example.</param>
    /// <param name="more">Files that it leaves besides.</param>
    public static async Task<PipelineHub> StartAsync(Func<TrialAttempt, int, TrialObservation> look, params (string Name, byte[] Content)[] more)
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        PipelineHub? hub = null;
        var training = new ScriptedTraining((attempt, number) =>
        {
            TrialObservation seen = look(attempt, number);
            if (seen.Outcome == TrialOutcomeKind.Succeeded)
            {
                TrialFolder.Write(blobs, attempt, seen.Objective, [("model.onnx", hub!.Model), .. more]);
            }

            return seen;
        })
        {
            Blobs = blobs,
        };
        var meter = new PipelineMeter();
        var jobs = new JobLibrary(blobs, new JobCatalog(Path.Combine(Repository.Root, "batch-jobs")));
        TaskHub tasks = await TaskHub.StartAsync(registry =>
        {
            training.Register(registry);
            Add<RecordRunInput>(nameof(RecordRun), input => new RecordRun(blobs, jobs, meter).RunAsync(input, default));
            AddFunc<PlanDatasetInput, DatasetPlan>(nameof(PlanDataset), input => new PlanDataset(blobs).RunAsync(input, default));
            AddFunc<BlockInput, BlockStatistics>(nameof(MeasureBlock), input => new MeasureBlock(blobs).RunAsync(input, default));
            AddFunc<BlockInput, IReadOnlyList<WrittenShard>>(nameof(WriteShards), input => new WriteShards(blobs).RunAsync(input, default));
            AddFunc<CheckLeakageInput, DatasetLeakage>(nameof(CheckLeakage), input => new CheckLeakage(blobs).RunAsync(input, default));
            AddFunc<PublishDatasetInput, DatasetReference>(nameof(PublishDataset), input => new PublishDataset(blobs).RunAsync(input, default));
            Add<PlanDatasetInput>(nameof(RemoveStaging), input => new RemoveStaging(blobs).RunAsync(input, default));
            AddFunc<PlanDatasetInput, PlannedImages>(nameof(PlanImages), input => new PlanImages(blobs).RunAsync(input, default));
            AddFunc<ImagePartInput, int>(nameof(DecodeImages), input => new DecodeImages(blobs).RunAsync(input, default));
            Add<JoinImagesInput>(nameof(JoinImages), input => new JoinImages(blobs).RunAsync(input, default));
            AddFunc<FitImagesInput, FittedImages>(nameof(FitImages), input => new FitImages(blobs).RunAsync(input, default));
            AddFunc<PlanDatasetInput, PlannedTable>(nameof(PlanTable), input => new PlanTable(blobs).RunAsync(input, default));
            Add<TablePartInput>(nameof(CollectTableKeys), input => new CollectTableKeys(blobs).RunAsync(input, default));
            Add<TablePartsInput>(nameof(DivideTable), input => new DivideTable(blobs).RunAsync(input, default));
            Add<TablePartInput>(nameof(MeasureTable), input => new MeasureTable(blobs).RunAsync(input, default));
            AddFunc<TablePartsInput, FittedTable>(nameof(FitTable), input => new FitTable(blobs).RunAsync(input, default));
            AddFunc<TablePartInput, IReadOnlyList<WrittenShard>>(nameof(WriteTableShards), input => new WriteTableShards(blobs).RunAsync(input, default));
            AddFunc<EvaluateModelInput, EvaluationResult>(nameof(EvaluateModel), input => new EvaluateModel(blobs, new ModelRegistry(blobs, TimeProvider.System)).RunAsync(input, default));
            AddFunc<PublishModelInput, PublishedModel>(nameof(PublishModel), input => new PublishModel(blobs, new ModelRegistry(blobs, TimeProvider.System)).RunAsync(input, default));
            Add<WriteReportInput>(nameof(WriteReport), input => new WriteReport(blobs, meter, NullLogger<WriteReport>.Instance).RunAsync(input, default));

            void Add<TInput>(string name, Func<TInput, Task> work) => AddFunc<TInput, object?>(name, async input =>
            {
                await work(input);
                return null;
            });

            void AddFunc<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> work) => registry.AddActivityFunc<TInput, TOutput>(
                name, (_, input) => hub?.Trouble(name) is { } exception ? throw exception : work(input));
        });
        return hub = new PipelineHub(tasks, blobs, raw, training) { Meter = meter, Jobs = jobs };
    }

    /// <summary>The example's pipeline over this hub's own dataset and model.</summary>
    public PipelineDefinition Pipeline() => PipelineJson.Definition() with
    {
        Dataset = Raw.Definition,
        Publish = new PublicationDefinition(Raw.Name, "champion"),
        Evaluate = new EvaluationDefinition([new EvaluationRule(null, 0.9, null)]),
    };

    public async Task<string> ScheduleAsync(PipelineDefinition pipeline, string? runId = null) => await hub.Client.ScheduleNewOrchestrationInstanceAsync(
        nameof(PipelineOrchestrator), new RunInput(pipeline), new StartOrchestrationOptions(runId ?? Storage.NewName("run")), hub.Timeout);

    public Task<OrchestrationMetadata> EndAsync(string runId) => hub.Client.WaitForInstanceCompletionAsync(runId, getInputsAndOutputs: true, hub.Timeout);

    public async Task<OrchestrationMetadata> RunAsync(PipelineDefinition pipeline) => await EndAsync(await ScheduleAsync(pipeline));

    public ValueTask DisposeAsync() => hub.DisposeAsync();
}

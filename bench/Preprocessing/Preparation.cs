using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Tables;
using DurableMl.Tests.Support;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMl.Bench.Preprocessing;

/// <summary>Prepares datasets as runs do: the genuine worker on an engine in memory, all activities real, blobs in Azurite.</summary>
internal sealed class Preparation(DurableTaskTestHost host) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private int runs;

    public static async Task<Preparation> StartAsync(BlobServiceClient blobs) => new(await DurableTaskTestHost.StartAsync(
        tasks =>
        {
            tasks.AddOrchestratorFunc<PlanDatasetInput, DatasetReference?>(nameof(PreprocessOrchestrator), (context, _) => PreprocessOrchestrator.RunAsync(context));
            tasks.AddActivityFunc<PlanDatasetInput, DatasetPlan>(nameof(PlanDataset), (_, input) => new PlanDataset(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<BlockInput, BlockStatistics>(nameof(MeasureBlock), (_, input) => new MeasureBlock(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<BlockInput, IReadOnlyList<WrittenShard>>(nameof(WriteShards), (_, input) => new WriteShards(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<PlanDatasetInput, PlannedTable>(nameof(PlanTable), (_, input) => new PlanTable(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<TablePartInput>(nameof(CollectTableKeys), (_, input) => new CollectTableKeys(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<TablePartsInput>(nameof(DivideTable), (_, input) => new DivideTable(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<TablePartInput>(nameof(MeasureTable), (_, input) => new MeasureTable(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<TablePartsInput, FittedTable>(nameof(FitTable), (_, input) => new FitTable(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<TablePartInput, IReadOnlyList<WrittenShard>>(nameof(WriteTableShards), (_, input) => new WriteTableShards(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<CheckLeakageInput, DatasetLeakage>(nameof(CheckLeakage), (_, input) => new CheckLeakage(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<PublishDatasetInput, DatasetReference>(nameof(PublishDataset), (_, input) => new PublishDataset(blobs).RunAsync(input, default));
            tasks.AddActivityFunc<PlanDatasetInput>(nameof(RemoveStaging), (_, input) => new RemoveStaging(blobs).RunAsync(input, default));
        },
        new DurableTaskTestHostOptions
        {
            Port = FreePort.Next(), LoggerFactory = NullLoggerFactory.Instance, ConfigureServices = services => services.AddLogging(logging => logging.ClearProviders()),
        }));

    /// <summary>Prepares a dataset and returns it.</summary>
    /// <exception cref="InvalidOperationException">The preparation failed.</exception>
    public async Task<DatasetReference> RunAsync(DatasetDefinition dataset)
    {
        using var timeout = new CancellationTokenSource(Longest);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(PreprocessOrchestrator), new PlanDatasetInput($"run-{++runs}", dataset), cancellation: timeout.Token);
        OrchestrationMetadata ended = await host.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, timeout.Token);
        return ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? ended.ReadOutputAs<DatasetReference>()!
            : throw new InvalidOperationException(ended.FailureDetails?.ToString());
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

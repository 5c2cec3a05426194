using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
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
internal sealed class Preparation(DurableTaskTestHost host, ConcurrentDictionary<string, (int Calls, TimeSpan Spent)> activities) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private int runs;

    public static async Task<Preparation> StartAsync(BlobServiceClient blobs)
    {
        var activities = new ConcurrentDictionary<string, (int Calls, TimeSpan Spent)>(StringComparer.Ordinal);
        return new Preparation(await DurableTaskTestHost.StartAsync(tasks => Register(tasks, blobs, activities), Options()), activities);
    }

    private static void Register(DurableTaskRegistry tasks, BlobServiceClient blobs, ConcurrentDictionary<string, (int Calls, TimeSpan Spent)> activities)
    {
        tasks.AddOrchestratorFunc<PlanDatasetInput, DatasetReference?>(nameof(PreprocessOrchestrator), (context, _) => PreprocessOrchestrator.RunAsync(context));
        Add<PlanDatasetInput, DatasetPlan>(nameof(PlanDataset), input => new PlanDataset(blobs).RunAsync(input, default));
        Add<BlockInput, BlockStatistics>(nameof(MeasureBlock), input => new MeasureBlock(blobs).RunAsync(input, default));
        Add<BlockInput, IReadOnlyList<WrittenShard>>(nameof(WriteShards), input => new WriteShards(blobs).RunAsync(input, default));
        Add<PlanDatasetInput, PlannedTable>(nameof(PlanTable), input => new PlanTable(blobs).RunAsync(input, default));
        Add<TablePartInput, bool>(nameof(CollectTableKeys), input => Done(new CollectTableKeys(blobs).RunAsync(input, default)));
        Add<TablePartsInput, bool>(nameof(DivideTable), input => Done(new DivideTable(blobs).RunAsync(input, default)));
        Add<TablePartInput, bool>(nameof(MeasureTable), input => Done(new MeasureTable(blobs).RunAsync(input, default)));
        Add<TablePartsInput, FittedTable>(nameof(FitTable), input => new FitTable(blobs).RunAsync(input, default));
        Add<TablePartInput, IReadOnlyList<WrittenShard>>(nameof(WriteTableShards), input => new WriteTableShards(blobs).RunAsync(input, default));
        Add<CheckLeakageInput, DatasetLeakage>(nameof(CheckLeakage), input => new CheckLeakage(blobs).RunAsync(input, default));
        Add<PublishDatasetInput, DatasetReference>(nameof(PublishDataset), input => new PublishDataset(blobs).RunAsync(input, default));
        Add<PlanDatasetInput, bool>(nameof(RemoveStaging), input => Done(new RemoveStaging(blobs).RunAsync(input, default)));

        void Add<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> run) => tasks.AddActivityFunc<TInput, TOutput>(name, async (_, input) =>
        {
            long began = Stopwatch.GetTimestamp();
            TOutput output = await run(input);
            TimeSpan spent = Stopwatch.GetElapsedTime(began);
            activities.AddOrUpdate(name, (1, spent), (_, before) => (before.Calls + 1, before.Spent + spent));
            return output;
        });

        static async Task<bool> Done(Task work)
        {
            await work;
            return true;
        }
    }

    private static DurableTaskTestHostOptions Options() => new()
    {
        Port = FreePort.Next(), LoggerFactory = NullLoggerFactory.Instance, ConfigureServices = services => services.AddLogging(logging => logging.ClearProviders()),
    };

    /// <summary>How often each activity ran since the last call and how long in all, waiting for storage included.</summary>
    public string TakeActivities()
    {
        string text = string.Join(", ", activities.OrderByDescending(activity => activity.Value.Spent).Select(
            activity => string.Create(CultureInfo.InvariantCulture, $"{activity.Key} {activity.Value.Calls} x, {activity.Value.Spent.TotalSeconds:N2} s")));
        activities.Clear();
        return text;
    }

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

using DurableMl.Features.Images;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.FanOut;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing.Images;
using DurableMl.Orchestrations.Preprocessing.Sources;
using DurableMl.Orchestrations.Preprocessing.Steps;
using DurableMl.Orchestrations.Preprocessing.Tables;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Orchestrator: raw files to a dataset version, by activities in parallel: over blocks of examples of arrays, over parts of tables, over image files that become IDX files first.</summary>
public static partial class PreprocessOrchestrator
{
    // Shards are held in memory while they are made; more at a time would only wait for each other.
    internal const int Window = 8;

    /// <summary>Returns the dataset version; the one that is there already, when the same inputs gave one before. Null when it was cancelled.</summary>
    [Function(nameof(PreprocessOrchestrator))]
    public static async Task<DatasetReference?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        PlanDatasetInput input = context.GetInput<PlanDatasetInput>()!;
        Task<string> cancelled = context.WaitForExternalEvent<string>(RunEvents.Cancel);
        TaskOptions retries = ActivityRetries.Until(cancelled);
        var steps = new StepRuns(context, retries);
        Task<DatasetReference> work = WorkAsync(context, input, steps, retries);
        try
        {
            // Activities under way are not awaited after a cancellation: they write nowhere but to the run's own staging folder.
            await Task.WhenAny(work, cancelled);
            if (!cancelled.IsCompleted)
            {
                return await work;
            }

            steps.Cancel(await cancelled);
            return null;
        }
        finally
        {
            await RemoveStagingAsync(context, input);
        }
    }

    private static async Task<DatasetReference> WorkAsync(TaskOrchestrationContext context, PlanDatasetInput input, StepRuns steps, TaskOptions retries)
    {
        FetchSourceInput[] elsewhere =
        [
            .. input.Dataset.Sources.Index().Where(source => source.Item is not BlobSource)
                .Select(source => new FetchSourceInput(input.RunId, input.Dataset.Name, source.Index, source.Item)),
        ];
        await BoundedWindow.RunAsync(elsewhere, Window, source => context.CallActivityAsync<int>(nameof(FetchSource), source, retries));
        input = await steps.RunAsync(input);
        return input.Dataset.Table is null ? await PrepareAsync(context, input, retries) : await TablePreparation.RunAsync(context, input, retries);
    }

    private static async Task<DatasetReference> PrepareAsync(TaskOrchestrationContext context, PlanDatasetInput input, TaskOptions retries)
    {
        PlannedImages? images = null;
        if (input.Dataset.Images is not null)
        {
            images = await ImagePreparation.DecodeAsync(context, input, retries);
            if (images.Existing is { } same)
            {
                return same;
            }

            input = input with { Prepared = $"{DataContainers.Datasets}/{DatasetBlobs.Decoded(input.Dataset.Name, input.RunId)}" };
        }

        DatasetPlan plan = await context.CallActivityAsync<DatasetPlan>(nameof(PlanDataset), input, retries);
        if (plan.Existing is { } existing)
        {
            return existing;
        }

        DatasetBlock[] training = [.. plan.Blocks.Where(block => !block.Test)];
        var progress = new PreprocessProgress(context, plan.Blocks.Count);
        IReadOnlyList<BlockStatistics> parts = await BoundedWindow.RunAsync(
            training, Window, block => context.CallActivityAsync<BlockStatistics>(nameof(MeasureBlock), Block(block, null), retries));
        Normalisation normalisation = BlockStatistics.Fit(parts);

        IReadOnlyList<IReadOnlyList<WrittenShard>> written = await BoundedWindow.RunAsync(
            plan.Blocks,
            Window,
            block => progress.CountAsync(context.CallActivityAsync<IReadOnlyList<WrittenShard>>(nameof(WriteShards), Block(block, normalisation), retries)));
        DatasetManifest manifest = Manifest(input.Dataset, plan, normalisation, [.. written.SelectMany(shards => shards)]);
        if (images is not null)
        {
            manifest = await ImagePreparation.FitAsync(context, input, manifest, retries);
        }

        manifest = await CheckLeakageAsync(context, input, manifest, retries);
        return await context.CallActivityAsync<DatasetReference>(
            nameof(PublishDataset), new PublishDatasetInput(input.RunId, images?.Fingerprint ?? plan.Fingerprint, manifest), retries);

        BlockInput Block(DatasetBlock block, Normalisation? measured) =>
            new(input.RunId, input.Dataset.Name, input.Dataset.Seed, (block.Test ? plan.Test : plan.Train)[block.Pair], block, plan.FeatureShape, plan.Classes, measured);
    }

    /// <summary>Plans by an activity. Where that finds archives, they are unpacked, and it plans again with what they hold.</summary>
    internal static async Task<T> PlanAsync<T>(TaskOrchestrationContext context, string activity, PlanDatasetInput input, TaskOptions retries)
        where T : IFilesPlan
    {
        T plan = await context.CallActivityAsync<T>(activity, input, retries);
        if (plan.Archives.Count == 0)
        {
            return plan;
        }

        await BoundedWindow.RunAsync(plan.Archives, Window, archive => context.CallActivityAsync<int>(nameof(UnpackArchive), archive, retries));
        return await context.CallActivityAsync<T>(activity, input, retries);
    }

    /// <summary>The manifest with the rows that are in two splits.</summary>
    internal static async Task<DatasetManifest> CheckLeakageAsync(
        TaskOrchestrationContext context, PlanDatasetInput input, DatasetManifest manifest, TaskOptions retries)
    {
        var sizes = new CheckLeakageInput(input, manifest.Splits[DatasetSplits.Validation].Examples, manifest.Splits[DatasetSplits.Test].Examples);
        return manifest with { Leakage = await context.CallActivityAsync<DatasetLeakage>(nameof(CheckLeakage), sizes, retries) };
    }

    private static async Task RemoveStagingAsync(TaskOrchestrationContext context, PlanDatasetInput input)
    {
        try
        {
            await context.CallActivityAsync(nameof(RemoveStaging), input, ActivityRetries.Brief);
        }
        catch (TaskFailedException e)
        {
            // The dataset is there, or is not, all the same.
            ILogger logger = context.CreateReplaySafeLogger(nameof(PreprocessOrchestrator));
            LogNotRemoved(logger, input.RunId, RootCause.Of(e));
        }
    }

    /// <summary>The splits that written shards make up.</summary>
    internal static Dictionary<string, DatasetSplit> Splits(IReadOnlyCollection<WrittenShard> written, int classes)
    {
        var splits = new Dictionary<string, DatasetSplit>(StringComparer.Ordinal);
        foreach (string name in DatasetSplits.All)
        {
            WrittenShard[] shards = [.. written.Where(shard => shard.Split == name)];
            var counts = new long[classes];
            foreach (WrittenShard shard in shards)
            {
                for (int i = 0; i < counts.Length; i++)
                {
                    counts[i] += shard.ClassCounts[i];
                }
            }

            splits[name] = new DatasetSplit(shards.Sum(shard => (long)shard.Shard.Examples), [.. shards.Select(shard => shard.Shard)], counts);
        }

        return splits;
    }

    private static DatasetManifest Manifest(DatasetDefinition dataset, DatasetPlan plan, Normalisation normalisation, WrittenShard[] written)
    {
        return new DatasetManifest(
            DatasetManifest.CurrentFormat, dataset.Name, Splits(written, plan.Classes), plan.FeatureShape, plan.Classes, normalisation, new SplitSettings(dataset.ValidationFraction, dataset.Seed))
        {
            FailedItems = plan.FailedItems,
        };
    }

    [LoggerMessage(LogLevel.Warning, "What run {RunId} had staged could not be removed: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string runId, string reason);
}

using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.FanOut;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Preprocessing;

/// <summary>Orchestrator: raw IDX files to a dataset version, by activities over blocks of examples in parallel.</summary>
public static class PreprocessOrchestrator
{
    // Shards are held in memory while they are made; more at a time would only wait for each other.
    private const int Window = 8;

    /// <summary>Returns the dataset version; the one that is there already, when the same inputs gave one before.</summary>
    [Function(nameof(PreprocessOrchestrator))]
    public static async Task<DatasetReference> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        PlanDatasetInput input = context.GetInput<PlanDatasetInput>()!;
        DatasetPlan plan = await context.CallActivityAsync<DatasetPlan>(nameof(PlanDataset), input, ActivityRetries.Transient);
        if (plan.Existing is { } existing)
        {
            return existing;
        }

        DatasetBlock[] training = [.. plan.Blocks.Where(block => !block.Test)];
        var progress = new PreprocessProgress(context, plan.Blocks.Count);
        IReadOnlyList<PixelStatistics> parts = await BoundedWindow.RunAsync(
            training, Window, block => context.CallActivityAsync<PixelStatistics>(nameof(MeasureBlock), Block(block, null), ActivityRetries.Transient));
        PixelStatistics total = parts.Aggregate(PixelStatistics.Add);
        var normalisation = new Normalisation(total.Mean, total.StandardDeviation);

        IReadOnlyList<IReadOnlyList<WrittenShard>> written = await BoundedWindow.RunAsync(
            plan.Blocks,
            Window,
            block => progress.CountAsync(context.CallActivityAsync<IReadOnlyList<WrittenShard>>(nameof(WriteShards), Block(block, normalisation), ActivityRetries.Transient)));
        DatasetManifest manifest = Manifest(input.Dataset, plan, normalisation, [.. written.SelectMany(shards => shards)]);
        return await context.CallActivityAsync<DatasetReference>(
            nameof(PublishDataset), new PublishDatasetInput(input.RunId, plan.Fingerprint, manifest), ActivityRetries.Transient);

        BlockInput Block(DatasetBlock block, Normalisation? measured) =>
            new(input.RunId, input.Dataset.Name, input.Dataset.Seed, block.Test ? plan.Test! : plan.Train!, block, plan.FeatureShape, plan.Classes, measured);
    }

    private static DatasetManifest Manifest(DatasetDefinition dataset, DatasetPlan plan, Normalisation normalisation, WrittenShard[] written)
    {
        var splits = new Dictionary<string, DatasetSplit>(StringComparer.Ordinal);
        foreach (string name in DatasetSplits.All)
        {
            WrittenShard[] shards = [.. written.Where(shard => shard.Split == name)];
            var counts = new long[plan.Classes];
            foreach (WrittenShard shard in shards)
            {
                for (int i = 0; i < counts.Length; i++)
                {
                    counts[i] += shard.ClassCounts[i];
                }
            }

            splits[name] = new DatasetSplit(counts.Sum(), [.. shards.Select(shard => shard.Shard)], counts);
        }

        return new DatasetManifest(
            DatasetManifest.CurrentFormat, dataset.Name, splits, plan.FeatureShape, plan.Classes, normalisation, new SplitSettings(dataset.ValidationFraction, dataset.Seed));
    }
}

using DurableMl.Features.Splits;
using DurableMl.Orchestrations.FanOut;
using DurableMl.Orchestrations.Pipelines;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>The part of <see cref="PreprocessOrchestrator"/> that is for tables: divide, fit, write. Only counts and names travel.</summary>
internal static class TablePreparation
{
    public static async Task<DatasetReference> RunAsync(TaskOrchestrationContext context, PlanDatasetInput input, TaskOptions retries)
    {
        string dataset = input.Dataset.Name;
        PlannedTable plan = await PreprocessOrchestrator.PlanAsync<PlannedTable>(context, nameof(PlanTable), input, retries);
        if (plan.Existing is { } existing)
        {
            return existing;
        }

        int[] parts = [.. Enumerable.Range(0, plan.Parts)];
        var all = new TablePartsInput(input.RunId, dataset, plan.Parts);
        var progress = new PreprocessProgress(context, plan.Parts);
        if (plan.Split!.NeedsKeys)
        {
            await BoundedWindow.RunAsync(parts, PreprocessOrchestrator.Window, part => EachAsync<object?>(nameof(CollectTableKeys), part));
            await context.CallActivityAsync(nameof(DivideTable), all, retries);
        }

        await BoundedWindow.RunAsync(parts, PreprocessOrchestrator.Window, part => EachAsync<object?>(nameof(MeasureTable), part));
        FittedTable fitted = await context.CallActivityAsync<FittedTable>(nameof(FitTable), all, retries);
        IReadOnlyList<IReadOnlyList<WrittenShard>> written = await BoundedWindow.RunAsync(
            parts,
            PreprocessOrchestrator.Window,
            part => progress.CountAsync(EachAsync<IReadOnlyList<WrittenShard>>(nameof(WriteTableShards), part)));
        DatasetManifest manifest = Manifest(input.Dataset, fitted, [.. written.SelectMany(shards => shards)]);
        manifest = await PreprocessOrchestrator.CheckLeakageAsync(context, input, manifest, retries);
        return await context.CallActivityAsync<DatasetReference>(
            nameof(PublishDataset), new PublishDatasetInput(input.RunId, plan.Fingerprint, manifest), retries);

        Task<T> EachAsync<T>(string activity, int part) =>
            context.CallActivityAsync<T>(activity, new TablePartInput(input.RunId, dataset, part), retries);
    }

    private static DatasetManifest Manifest(DatasetDefinition dataset, FittedTable fitted, WrittenShard[] written)
    {
        SplitRule split = fitted.Split;
        return new DatasetManifest(
            DatasetManifest.CurrentFormat,
            dataset.Name,
            PreprocessOrchestrator.Splits(written, fitted.Classes),
            [fitted.Width],
            fitted.Classes,
            Normalisation: null,
            new SplitSettings(split.Validation, split.Seed) { TestFraction = split.Test, By = split.By, Column = split.Column })
        {
            Task = fitted.Task,
            Targets = fitted.Targets,
            Transform = fitted.Transform,
            Columns = fitted.Columns,
            FailedItems = fitted.FailedItems,
            Slices = dataset.Table!.Slices,
            Indices = fitted.Indices,
            RowsWithoutTarget = fitted.RowsWithoutTarget > 0 ? fitted.RowsWithoutTarget : null,
        };
    }
}

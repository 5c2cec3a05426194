using DurableMl.Features.Images;
using DurableMl.Orchestrations.FanOut;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Preprocessing.Images;

/// <summary>
/// The part of <see cref="PreprocessOrchestrator"/> that is for image files: parts are decoded at the same time into IDX files in the run's
/// staging folder. From there on they are what such files always are.
/// </summary>
internal static class ImagePreparation
{
    /// <summary>Decodes the images, or finds the dataset that they gave before.</summary>
    public static async Task<PlannedImages> DecodeAsync(TaskOrchestrationContext context, PlanDatasetInput input, TaskOptions retries)
    {
        PlannedImages plan = await PreprocessOrchestrator.PlanAsync<PlannedImages>(context, nameof(PlanImages), input, retries);
        if (plan.Existing is not null)
        {
            return plan;
        }

        var progress = new PreprocessProgress(context, plan.Parts);
        int[] parts = [.. Enumerable.Range(0, plan.Parts)];
        await BoundedWindow.RunAsync(
            parts,
            PreprocessOrchestrator.Window,
            part => progress.CountAsync(context.CallActivityAsync<int>(
                nameof(DecodeImages), new ImagePartInput(input.RunId, input.Dataset.Name, part, input.Dataset.Images!, input.Dataset.MaxFailedItems), retries)));
        await context.CallActivityAsync(nameof(JoinImages), new JoinImagesInput(input, plan.Parts), retries);
        return plan;
    }

    /// <summary>The manifest with what serving needs besides.</summary>
    public static async Task<DatasetManifest> FitAsync(
        TaskOrchestrationContext context, PlanDatasetInput input, DatasetManifest manifest, TaskOptions retries)
    {
        FittedImages fitted = await context.CallActivityAsync<FittedImages>(
            nameof(FitImages), new FitImagesInput(input.RunId, input.Dataset, manifest.Normalisation!), retries);
        return manifest with
        {
            Targets = [fitted.Target],
            Transform = fitted.Transform,
            FailedItems = fitted.FailedItems,
            Split = manifest.Split with { TestFraction = fitted.TestFraction },
        };
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows.Targets;

/// <summary>A dataset that a workflow's task prepares.</summary>
/// <param name="RunId">The id under which it is prepared.</param>
/// <param name="Dataset">What stands under <c>dataset</c> in a pipeline.</param>
public sealed record DatasetTask(string RunId, JsonNode? Dataset);

/// <summary>Activity: checks the dataset of <c>dataset:prepare.sync</c>.</summary>
public static class PrepareDatasetTask
{
    /// <summary>Returns what the preparation works on.</summary>
    /// <exception cref="PermanentFailureException">The dataset is not described rightly; the message lists why.</exception>
    [Function(nameof(PrepareDatasetTask))]
    public static PlanDatasetInput Run([ActivityTrigger] DatasetTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var (dataset, errors) = PipelineReader.ReadDataset(JsonSerializer.SerializeToElement(task.Dataset));
        return errors.Count == 0
            ? new PlanDatasetInput(task.RunId, dataset)
            : throw new PermanentFailureException($"The dataset is not valid: {string.Join("; ", errors.Select(error => $"{error.Path} {error.Reason}"))}");
    }
}

using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary>Tells runs from the other orchestrations of the task hub.</summary>
internal static class RunQueries
{
    public static bool IsRun(OrchestrationMetadata instance) => instance.Name == nameof(PipelineOrchestrator);

    /// <summary>The run with its status and output, or null.</summary>
    public static async Task<OrchestrationMetadata?> FindRunAsync(this DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        RunIds.IsValid(runId) && await client.GetInstanceAsync(runId, getInputsAndOutputs: true, cancellationToken) is { } instance && IsRun(instance) ? instance : null;
}

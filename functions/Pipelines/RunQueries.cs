using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary>Finds runs, imports and scorings among the orchestrations of the task hub.</summary>
internal static class RunQueries
{
    public static bool IsRun(OrchestrationMetadata instance) => instance.Name == nameof(PipelineOrchestrator);

    /// <summary>The run with its status and output, or null.</summary>
    public static Task<OrchestrationMetadata?> FindRunAsync(this DurableTaskClient client, string runId, CancellationToken cancellationToken) =>
        client.FindAsync(nameof(PipelineOrchestrator), runId, cancellationToken);

    /// <summary>The orchestration of this name and id with its status and output, or null.</summary>
    public static async Task<OrchestrationMetadata?> FindAsync(this DurableTaskClient client, string orchestrator, string id, CancellationToken cancellationToken) =>
        RunIds.IsValid(id) && await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { } instance && instance.Name == orchestrator ? instance : null;
}

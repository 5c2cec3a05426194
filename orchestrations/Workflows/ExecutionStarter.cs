using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>What came of starting an execution.</summary>
/// <param name="ExecutionId">Its id; null where none was started.</param>
/// <param name="Version">The version that it runs; null where there is none such.</param>
/// <param name="Existed">Whether there is an execution, or another orchestration, of that id already.</param>
/// <param name="Mistakes">What keeps the definition from running here now, although it was accepted once.</param>
public sealed record ExecutionStart(string? ExecutionId, WorkflowVersion? Version, bool Existed, IReadOnlyList<Diagnostic> Mistakes);

/// <summary>Starts executions of workflows.</summary>
/// <param name="store">The definitions.</param>
/// <param name="time">The clock.</param>
public sealed class ExecutionStarter(WorkflowStore store, TimeProvider time)
{
    /// <summary>Starts an execution, which keeps the definition of this moment.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="versionOrAlias">Which version; null for the newest.</param>
    /// <param name="executionId">The execution's id; null for a new one.</param>
    /// <param name="input">Its input.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<ExecutionStart> StartAsync(
        DurableTaskClient client, string workflow, string? versionOrAlias, string? executionId, JsonElement input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var (found, _) = await store.ReadAsync(workflow, cancellationToken);
        if (found?.Find(versionOrAlias) is not { } version)
        {
            return new ExecutionStart(null, null, false, []);
        }

        var definition = await store.DefinitionAsync(version, cancellationToken);
        var (resources, mistakes) = store.Resolve(JsonNode.Parse(definition)!.AsObject());
        if (mistakes.Count > 0)
        {
            return new ExecutionStart(null, version, false, mistakes);
        }

        var id = executionId ?? "exec-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        if (executionId is not null && await client.GetInstanceAsync(id, cancellationToken) is not null)
        {
            return new ExecutionStart(id, version, true, []);
        }

        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(WorkflowOrchestrator),
            new WorkflowInput(id, workflow, version.Version, JsonElement.Parse(definition), resources, input),
            new StartOrchestrationOptions(id),
            cancellationToken);
        return new ExecutionStart(id, version, false, []);
    }

    /// <summary>
    /// Lets an execution that has not succeeded go on under its id, from the state of its outermost machine in which it ended. Nothing of that state
    /// is kept: a Map or Parallel state begins again whole.
    /// </summary>
    /// <param name="client">The task hub.</param>
    /// <param name="execution">The execution, with its input and output.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <returns>Whether it goes on; false where it has not ended, has succeeded, or did not get so far that there is a state to go on from.</returns>
    public async Task<bool> RedriveAsync(DurableTaskClient client, OrchestrationMetadata execution, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(execution);
        if (execution.RuntimeStatus != OrchestrationRuntimeStatus.Completed || execution.ReadOutputAs<WorkflowResult>() is not { FailedAt: { } failedAt })
        {
            return false;
        }

        var input = execution.ReadInputAs<WorkflowInput>()!;
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(WorkflowOrchestrator),
            input with { From = failedAt with { Redrives = failedAt.Redrives + 1, RedrivenAt = time.GetUtcNow(), IsRedrive = true } },
            new StartOrchestrationOptions(execution.InstanceId),
            cancellationToken);
        return true;
    }
}

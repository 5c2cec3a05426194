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
public sealed class ExecutionStarter(WorkflowStore store)
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
}

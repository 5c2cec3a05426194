using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>An execution to run.</summary>
/// <param name="Machine">The state machine's name.</param>
/// <param name="Definition">The definition as it was when the execution began; <see cref="DefinitionValidator"/> has accepted it.</param>
/// <param name="Input">The execution's input.</param>
public sealed record WorkflowInput(string Machine, JsonElement Definition, JsonElement Input);

/// <summary>How an execution ended, and everything that happened.</summary>
/// <param name="Status">SUCCEEDED or FAILED.</param>
/// <param name="Output">The output; null where the execution failed.</param>
/// <param name="Error">The name of the error; null where there is none.</param>
/// <param name="Cause">What happened, for people.</param>
/// <param name="Events">The history.</param>
public sealed record WorkflowResult(string Status, JsonNode? Output, string? Error, string? Cause, IReadOnlyList<HistoryEvent> Events);

/// <summary>Interprets a state machine as an orchestration.</summary>
public static class WorkflowOrchestrator
{
    /// <summary>Runs one execution; the instance's id is its name.</summary>
    [Function(nameof(WorkflowOrchestrator))]
    public static async Task<WorkflowResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        WorkflowInput input = context.GetInput<WorkflowInput>()!;
        var machine = StateMachine.Parse(JsonObject.Create(input.Definition)!);
        var identity = new ExecutionIdentity(
            $"execution:{input.Machine}:{context.InstanceId}", context.InstanceId, "", $"stateMachine:{input.Machine}", input.Machine);
        var interpreter = new Interpreter(machine, new OrchestrationHost(context), identity);
        var outcome = await interpreter.RunAsync(JsonSerializer.SerializeToNode(input.Input));
        return new WorkflowResult(
            outcome.Succeeded ? "SUCCEEDED" : "FAILED", outcome.Output?.DeepClone(), outcome.Error, outcome.Cause, interpreter.History.Events);
    }
}

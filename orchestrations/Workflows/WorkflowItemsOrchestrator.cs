using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Items of a distributed Map to run.</summary>
/// <param name="Execution">The execution that they belong to, with the processor as its definition.</param>
/// <param name="Items">The items.</param>
/// <param name="Started">When the execution began.</param>
public sealed record WorkflowItems(WorkflowInput Execution, IReadOnlyList<MapItem> Items, DateTimeOffset Started);

/// <summary>Runs items of a distributed Map beside the execution, so that its history stays short however many items there are.</summary>
public static class WorkflowItemsOrchestrator
{
    /// <summary>Runs the items one after the other; none are there to answer for once the execution has ended.</summary>
    [Function(nameof(WorkflowItemsOrchestrator))]
    public static async Task<IReadOnlyList<ItemOutcome>> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        WorkflowItems work = context.GetInput<WorkflowItems>()!;
        using var host = new OrchestrationHost(context, work.Execution);
        var input = JsonSerializer.SerializeToNode(work.Execution.Input);
        var from = new Checkpoint("", null, input, [], work.Started, 0, 0);
        var interpreter = new Interpreter(StateMachine.Parse(JsonObject.Create(work.Execution.Definition)!), host, work.Execution.Identity, from);
        Task<StopRequest> stop = context.WaitForExternalEvent<StopRequest>(WorkflowOrchestrator.Stop);
        Task<IReadOnlyList<ItemOutcome>> run = interpreter.RunItemsAsync(work.Items);
        var isDone = await Task.WhenAny(run, stop) == run;
        if (!isDone)
        {
            interpreter.Abort(null, null);
        }

        await host.CloseTasksAsync();
        return isDone ? await run : [];
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Execution;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>An execution to run.</summary>
/// <param name="ExecutionId">Its id.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Version">The version that it runs.</param>
/// <param name="Definition">The definition as it was when the execution began; <see cref="DefinitionValidator"/> has accepted it.</param>
/// <param name="Resources">What the resources of its tasks stood for when it began.</param>
/// <param name="Input">The execution's input.</param>
/// <param name="From">Where it goes on, with a new orchestration history; null at its beginning.</param>
public sealed record WorkflowInput(
    string ExecutionId,
    string Workflow,
    int Version,
    JsonElement Definition,
    IReadOnlyDictionary<string, string> Resources,
    JsonElement Input,
    Checkpoint? From = null)
{
    /// <summary>What its context object says of it.</summary>
    internal ExecutionIdentity Identity => new($"execution:{Workflow}:{ExecutionId}", ExecutionId, "", $"stateMachine:{Workflow}", Workflow);
}

/// <summary>How an execution ended.</summary>
/// <param name="Status">SUCCEEDED, FAILED, TIMED_OUT or ABORTED.</param>
/// <param name="Output">The output; null unless it succeeded.</param>
/// <param name="Error">The name of the error; null where there is none.</param>
/// <param name="Cause">What happened, for people.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="HistoryProblem">Why its history is incomplete; null where it is whole.</param>
/// <param name="FailedAt">Where it can be redriven from; null where it succeeded.</param>
public sealed record WorkflowResult(
    string Status, JsonNode? Output, string? Error, string? Cause, DateTime StartedAt, DateTime EndedAt, string? HistoryProblem = null, Checkpoint? FailedAt = null);

/// <summary>Somebody's wish that an execution stop.</summary>
/// <param name="Error">The error that it ends with; null for none.</param>
/// <param name="Cause">Why, for people; null for nothing said.</param>
public sealed record StopRequest(string? Error = null, string? Cause = null);

/// <summary>Interprets a state machine as an orchestration. The instance's id is that of the execution.</summary>
public static class WorkflowOrchestrator
{
    /// <summary>The external event that stops an execution; its payload is a <see cref="StopRequest"/>.</summary>
    public const string Stop = "Stop";

    // A loop goes on as a new orchestration before its history gets long: replaying it takes time with each step. bench/Workflows: a chain of
    // 200 tasks takes half of the time that it takes with four times as many.
    private const int EventsUntilContinuation = 500;

    /// <summary>Runs one execution; null where it goes on as new.</summary>
    [Function(nameof(WorkflowOrchestrator))]
    public static async Task<WorkflowResult?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        WorkflowInput input = context.GetInput<WorkflowInput>()!;
        var machine = StateMachine.Parse(JsonObject.Create(input.Definition)!);
        using var host = new OrchestrationHost(context, input);
        var interpreter = input.From is { } from
            ? new Interpreter(machine, host, input.Identity, from) { EventsUntilPause = EventsUntilContinuation }
            : new Interpreter(machine, host, input.Identity, JsonSerializer.SerializeToNode(input.Input)) { EventsUntilPause = EventsUntilContinuation };
        var startedAt = input.From?.Started.UtcDateTime ?? context.CurrentUtcDateTime;
        var recorder = new ExecutionRecorder(
            context, new ExecutionEntry(context.InstanceId, input.Workflow, input.Version, ExecutionLog.Running, startedAt), interpreter.History);
        host.BeforeWaiting = recorder.Write;

        Task<StopRequest> stop = context.WaitForExternalEvent<StopRequest>(Stop);
        Task<ExecutionOutcome> run = interpreter.RunAsync();
        var outcome = await Task.WhenAny(run, stop) == run ? await run : await AbortAsync();
        if (outcome.Status == ExecutionStatus.Running)
        {
            await recorder.FinishAsync(ExecutionLog.Running, null);
            if (stop.IsCompleted)
            {
                outcome = await AbortAsync();
            }
        }

        await host.CloseTasksAsync();
        if (outcome.Status == ExecutionStatus.Running)
        {
            context.ContinueAsNew(input with { From = outcome.Next });
            return null;
        }

        var status = Name(outcome.Status);
        var endedAt = context.CurrentUtcDateTime;
        await recorder.FinishAsync(status, endedAt);
        return new WorkflowResult(status, outcome.Output?.DeepClone(), outcome.Error, outcome.Cause, startedAt, endedAt, recorder.Problem, outcome.Next);

        async Task<ExecutionOutcome> AbortAsync()
        {
            var (error, cause) = await stop;
            return interpreter.Abort(error, cause);
        }
    }

    /// <summary>A status as AWS writes it.</summary>
    internal static string Name(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Running => ExecutionLog.Running,
        ExecutionStatus.Succeeded => "SUCCEEDED",
        ExecutionStatus.Failed => "FAILED",
        ExecutionStatus.TimedOut => "TIMED_OUT",
        _ => "ABORTED",
    };
}

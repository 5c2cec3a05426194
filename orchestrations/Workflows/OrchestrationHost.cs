using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Workflows.Execution;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Gives an interpreter what the orchestration's context has: durable tasks and timers, and the same answers on every replay.</summary>
internal sealed class OrchestrationHost(TaskOrchestrationContext context) : IWorkflowHost
{
    private const string FunctionPrefix = "function:";
    private const string TokenSuffix = ".waitForTaskToken";

    public DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    public Guid NewGuid() => context.NewGuid();

    public Task DelayUntilAsync(DateTimeOffset time) =>
        time.UtcDateTime <= context.CurrentUtcDateTime ? Task.CompletedTask : context.CreateTimer(time.UtcDateTime, CancellationToken.None);

    public async Task<JsonNode?> CallAsync(TaskRequest request)
    {
        if (!request.Resource.StartsWith(FunctionPrefix, StringComparison.Ordinal))
        {
            throw new WorkflowFailure(ErrorNames.Runtime, $"There is no resource '{request.Resource}'; a task can run 'function:NAME'.");
        }

        var name = request.Token is null ? request.Resource[FunctionPrefix.Length..] : request.Resource[FunctionPrefix.Length..^TokenSuffix.Length];
        var work = request.Token is null ? CallFunctionAsync(name, request) : CallAndWaitAsync(name, request);
        if (request.TimeoutSeconds is not { } seconds)
        {
            return await work;
        }

        using var cancelTimer = new CancellationTokenSource();
        var deadline = context.CreateTimer(TimeSpan.FromSeconds(seconds), cancelTimer.Token);
        if (await Task.WhenAny(work, deadline) == deadline)
        {
            throw new WorkflowFailure(ErrorNames.Timeout, $"The task of the state '{request.StateName}' did not end within {seconds} seconds.");
        }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
        cancelTimer.Cancel();
#pragma warning restore MA0042
        return await work;
    }

    /// <summary>The event that ends a task which waits for its token.</summary>
    internal static string EventFor(string token) => $"task-{token}";

    private async Task<JsonNode?> CallFunctionAsync(string name, TaskRequest request)
    {
        try
        {
            return await context.CallActivityAsync<JsonNode?>(name, request.Arguments);
        }
        catch (TaskFailedException exception)
        {
            // The name that a function's own runtime gives an error: the exception's type without its namespace.
            var type = exception.FailureDetails?.ErrorType ?? ErrorNames.TaskFailed;
            throw new WorkflowFailure(type.StartsWith("States.", StringComparison.Ordinal) ? type : type[(type.LastIndexOf('.') + 1)..], RootCause.Of(exception));
        }
    }

    private async Task<JsonNode?> CallAndWaitAsync(string name, TaskRequest request)
    {
        var answer = context.WaitForExternalEvent<TaskAnswer>(EventFor(request.Token!));
        await CallFunctionAsync(name, request);
        var given = await answer;
        return given.Error is null && given.Cause is null ? given.Output : throw new WorkflowFailure(given.Error, given.Cause);
    }
}

/// <summary>What ends a task that waits for its token.</summary>
/// <param name="Output">The task's result.</param>
/// <param name="Error">The name of an error, where the task failed.</param>
/// <param name="Cause">What happened, for people.</param>
internal sealed record TaskAnswer(JsonNode? Output, string? Error = null, string? Cause = null);

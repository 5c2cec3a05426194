using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using DurableMl.Workflows.Execution;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Gives an interpreter what the orchestration's context has: durable tasks and timers, and the same answers on every replay.</summary>
/// <param name="context">The orchestrator's context.</param>
/// <param name="input">The execution.</param>
internal sealed class OrchestrationHost(TaskOrchestrationContext context, WorkflowInput input) : IWorkflowHost, IDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly HashSet<string> openTasks = new(StringComparer.Ordinal);
    private readonly HashSet<string> openItems = new(StringComparer.Ordinal);
    private readonly TaskTargets targets = new(context);

    public DateTimeOffset Now => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    /// <summary>Called before the execution waits for anything.</summary>
    public Action BeforeWaiting { get; set; } = () => { };

    public Guid NewGuid() => context.NewGuid();

    public bool CanRunItems => true;

    public async Task<IReadOnlyList<ItemOutcome>> RunItemsAsync(ItemsRequest request)
    {
        BeforeWaiting();
        var instance = $"{context.InstanceId}:{NewGuid():N}";
        openItems.Add(instance);
        try
        {
            var work = new WorkflowItems(input with { Definition = JsonSerializer.SerializeToElement(request.Processor), From = null }, request.Items, request.Started);
            return await context.CallSubOrchestratorAsync<IReadOnlyList<ItemOutcome>>(
                nameof(WorkflowItemsOrchestrator), work, new TaskOptions().WithInstanceId(instance));
        }
        catch (TaskFailedException exception)
        {
            var failure = TaskTargets.Failure(exception);
            return [.. request.Items.Select(_ => new ItemOutcome(IsFailure: true, null, failure.Error, failure.Cause))];
        }
        finally
        {
            openItems.Remove(instance);
        }
    }

    public Task DelayUntilAsync(DateTimeOffset time)
    {
        if (time <= Now)
        {
            return Task.CompletedTask;
        }

        BeforeWaiting();
        return context.CreateTimer(time.UtcDateTime, over.Token);
    }

    public async Task<bool> EndsByAsync(Task work, DateTimeOffset time) =>
        time <= Now ? work.IsCompleted : await context.WaitAsync(time.UtcDateTime, over.Token, work);

    public async Task<JsonNode?> CallAsync(TaskRequest request)
    {
        BeforeWaiting();
        var named = input.Resources.TryGetValue(request.Resource, out var resolved) ? resolved : request.Resource;
        var resource = WorkflowResource.Parse(named)
            ?? throw new WorkflowFailure(ErrorNames.Runtime, $"There is no resource '{request.Resource}'.");
        var id = $"{(resource.Kind switch { ResourceKind.Scoring => "score", ResourceKind.Pipeline => "run", _ => "task" })}-{NewGuid():N}";
        if (resource.WaitsForToken)
        {
            return await CallAndWaitAsync(resource, request, id);
        }

        var work = targets.RunAsync(resource, named, id, request.Arguments);
        if (request.TimeoutSeconds is not { } seconds || await EndsByAsync(work, Now + TimeSpan.FromSeconds(seconds)))
        {
            return await work;
        }

        targets.Cancel(id, $"the state '{request.StateName}' waited for {request.TimeoutSeconds} seconds");
        throw TimedOut(request, seconds);
    }

    /// <summary>The event that ends a task which waits for its token.</summary>
    internal static string EventFor(string token) => $"task-{token}";

    public void Dispose() => over.Dispose();

    /// <summary>Takes back the tasks that still wait for an answer, asks runs to end, ends jobs, and cancels timers: an orchestration lasts as long as they do.</summary>
    public async Task CloseTasksAsync()
    {
#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
        over.Cancel();
#pragma warning restore MA0042
        foreach (var items in openItems)
        {
            context.SendEvent(items, WorkflowOrchestrator.Stop, new StopRequest());
        }

        await targets.EndAllAsync("the execution that waited has ended");
        foreach (var token in openTasks.ToList())
        {
            try
            {
                await CloseAsync(token);
            }
            catch (WorkflowFailure)
            {
                // It stays where it is kept, and whoever answers it is told that nobody waits any more.
            }
        }
    }

    private static WorkflowFailure TimedOut(TaskRequest request, double seconds) =>
        new(ErrorNames.Timeout, FormattableString.Invariant($"The task of the state '{request.StateName}' did not end within {seconds} seconds."));

    private async Task<JsonNode?> CallAndWaitAsync(WorkflowResource resource, TaskRequest request, string id)
    {
        var token = request.Token ?? NewGuid().ToString("N");
        var isQueued = resource.Kind == ResourceKind.Activity;
        DateTimeOffset? deadline = request.TimeoutSeconds is { } seconds ? Now + TimeSpan.FromSeconds(seconds) : null;
        var task = new WaitingTask(
            token, input.ExecutionId, context.InstanceId, input.Workflow, request.StateName, isQueued ? resource.Name : null, isQueued ? request.Arguments : null, context.CurrentUtcDateTime)
        {
            Deadline = deadline?.UtcDateTime,
            HeartbeatSeconds = request.HeartbeatSeconds,
        };
        Task<TaskAnswer> answer = context.WaitForExternalEvent<TaskAnswer>(EventFor(token));
        openTasks.Add(token);
        await KeepAsync(() => context.CallActivityAsync(nameof(OpenTask), task, ActivityRetries.Brief));
        if (!isQueued)
        {
            await targets.BeginAsync(resource, id, request.Arguments);
        }

        var failure = await AwaitAsync(answer, request, token, deadline);
        await CloseAsync(token);
        await targets.EndAsync(id);
        if (failure is not null)
        {
            throw failure;
        }

        var given = await answer;
        return given.IsFailure ? throw new WorkflowFailure(given.Error, given.Cause) : given.Output;
    }

    // Null once there is an answer.
    private async Task<WorkflowFailure?> AwaitAsync(Task<TaskAnswer> answer, TaskRequest request, string token, DateTimeOffset? deadline)
    {
        var alive = Now;
        while (true)
        {
            DateTimeOffset? silence = request.HeartbeatSeconds is { } seconds ? alive + TimeSpan.FromSeconds(seconds) : null;
            if ((silence ?? deadline) is not { } limit)
            {
                await answer;
                return null;
            }

            limit = deadline < limit ? deadline.Value : limit;
            if (await EndsByAsync(answer, limit))
            {
                return null;
            }

            if (limit == deadline)
            {
                return TimedOut(request, request.TimeoutSeconds!.Value);
            }

            // Heartbeats are kept beside the orchestration, whose history they would fill.
            DateTime? sign = null;
            await KeepAsync(async () => sign = await context.CallActivityAsync<DateTime?>(nameof(ReadHeartbeat), token, ActivityRetries.Brief));
            if (sign is null || sign.Value <= alive.UtcDateTime)
            {
                return new WorkflowFailure(
                    ErrorNames.HeartbeatTimeout,
                    FormattableString.Invariant($"The worker of the state '{request.StateName}' gave no sign within {request.HeartbeatSeconds} seconds."));
            }

            alive = new DateTimeOffset(DateTime.SpecifyKind(sign.Value, DateTimeKind.Utc), TimeSpan.Zero);
        }
    }

    private async Task CloseAsync(string token)
    {
        if (openTasks.Remove(token))
        {
            await KeepAsync(() => context.CallActivityAsync(nameof(CloseTask), token, ActivityRetries.Brief));
        }
    }

    // Storage that is away for longer than the retries is a failure of the task, which the definition may retry.
    private static async Task KeepAsync(Func<Task> keep)
    {
        try
        {
            await keep();
        }
        catch (TaskFailedException exception)
        {
            throw new WorkflowFailure(ErrorNames.TaskFailed, $"The task could not be kept: {RootCause.Of(exception)}");
        }
    }
}

using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Activity: lets a task wait for its answer.</summary>
/// <param name="tasks">The tasks that wait.</param>
public sealed class OpenTask(WaitingTasks tasks)
{
    /// <summary>Keeps the task and offers it to workers.</summary>
    [Function(nameof(OpenTask))]
    public Task RunAsync([ActivityTrigger] WaitingTask task, CancellationToken cancellationToken) => tasks.OpenAsync(task, cancellationToken);
}

/// <summary>Activity: takes a task back, answered or not.</summary>
/// <param name="tasks">The tasks that wait.</param>
public sealed class CloseTask(WaitingTasks tasks)
{
    /// <summary>Removes the task.</summary>
    [Function(nameof(CloseTask))]
    public Task RunAsync([ActivityTrigger] string token, CancellationToken cancellationToken) => tasks.CloseAsync(token, cancellationToken);
}

/// <summary>Activity: when the worker of a task last gave a sign.</summary>
/// <param name="tasks">The tasks that wait.</param>
public sealed class ReadHeartbeat(WaitingTasks tasks)
{
    /// <summary>Reads it; null where there was none.</summary>
    [Function(nameof(ReadHeartbeat))]
    public Task<DateTime?> RunAsync([ActivityTrigger] string token, CancellationToken cancellationToken) => tasks.LastSignAsync(token, cancellationToken);
}

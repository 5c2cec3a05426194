using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Runs;

/// <summary>Waits that last until a time at most.</summary>
internal static class TimedWait
{
    /// <summary>Waits until one of some tasks completes, or a time comes. The timer ends with the wait: an orchestration lasts as long as its timers do.</summary>
    /// <param name="context">The orchestrator's context.</param>
    /// <param name="time">The time, UTC.</param>
    /// <param name="over">Ends the wait as the time does.</param>
    /// <param name="tasks">The tasks.</param>
    /// <returns>Whether a task came first.</returns>
    public static async Task<bool> WaitAsync(this TaskOrchestrationContext context, DateTime time, CancellationToken over, params Task[] tasks)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(over);
        Task timer = context.CreateTimer(time, ended.Token);
        if (await Task.WhenAny([.. tasks, timer]) == timer)
        {
            return false;
        }

#pragma warning disable MA0042 // An orchestrator awaits nothing but its context's tasks.
        ended.Cancel();
#pragma warning restore MA0042
        return true;
    }

    /// <summary>Waits until one of some tasks completes, or so long.</summary>
    /// <inheritdoc cref="WaitAsync(TaskOrchestrationContext, DateTime, CancellationToken, Task[])"/>
    public static Task<bool> WaitAsync(this TaskOrchestrationContext context, TimeSpan pause, params Task[] tasks) =>
        context.WaitAsync(context.CurrentUtcDateTime + pause, CancellationToken.None, tasks);
}

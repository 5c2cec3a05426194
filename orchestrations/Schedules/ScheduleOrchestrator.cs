using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMl.Orchestrations.Schedules;

/// <summary>
/// Orchestrator: waits for a schedule's next time, lets it be started, and waits again in a new execution. A host that was away wakes it when it is back,
/// and what passed meanwhile is found by the schedule's own document. Ends when the schedule is gone or has no time left.
/// </summary>
public static class ScheduleOrchestrator
{
    /// <summary>The external event that says that the schedule was changed or removed.</summary>
    public const string Changed = "Changed";

    // Clocks and time zones may be set meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Waits and starts.</summary>
    [Function(nameof(ScheduleOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string name = context.GetInput<string>()!;
        Task<string?> changed = context.WaitForExternalEvent<string?>(Changed);
        ScheduleTurn turn;
        try
        {
            turn = await context.CallActivityAsync<ScheduleTurn>(nameof(StartScheduled), name, ActivityRetries.Until(changed));
        }
        catch (TaskFailedException)
        {
            // It could not even be read: the next look may do better. What it says of its own failures stands in its document.
            turn = new ScheduleTurn(IsOver: false, context.CurrentUtcDateTime + TimeSpan.FromMinutes(1));
        }

        if (turn.IsOver)
        {
            return;
        }

        DateTime latest = context.CurrentUtcDateTime + LongestWait;
        if (!changed.IsCompleted)
        {
            await context.WaitAsync(turn.Next is { } next && next < latest ? next : latest, CancellationToken.None, changed);
        }

        context.ContinueAsNew(name);
    }
}

/// <summary>How a schedule goes on.</summary>
/// <param name="IsOver">Whether nothing will be started any more.</param>
/// <param name="Next">When to look again, UTC; null for whenever it is changed.</param>
public sealed record ScheduleTurn(bool IsOver, DateTime? Next);

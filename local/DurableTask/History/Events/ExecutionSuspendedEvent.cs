namespace DurableTask.Core.History;

/// <summary>An orchestration was suspended.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="reason">Why.</param>
public class ExecutionSuspendedEvent(int eventId, string? reason) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionSuspended;

    /// <summary>Why.</summary>
    public string? Reason { get; set; } = reason;
}

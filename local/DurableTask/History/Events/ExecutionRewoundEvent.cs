namespace DurableTask.Core.History;

/// <summary>A failed orchestration was rewound.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="reason">Why.</param>
public class ExecutionRewoundEvent(int eventId, string? reason) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionRewound;

    /// <summary>Why.</summary>
    public string? Reason { get; set; } = reason;
}

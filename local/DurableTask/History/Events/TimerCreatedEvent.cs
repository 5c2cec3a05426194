namespace DurableTask.Core.History;

/// <summary>A timer was created.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="fireAt">When it is due, UTC.</param>
public class TimerCreatedEvent(int eventId, DateTime fireAt) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.TimerCreated;

    /// <summary>When it is due, UTC.</summary>
    public DateTime FireAt { get; set; } = fireAt;
}

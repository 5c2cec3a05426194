namespace DurableTask.Core.History;

/// <summary>An external event was raised.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="input">The payload as text.</param>
public class EventRaisedEvent(int eventId, string? input) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.EventRaised;

    /// <summary>The payload as text.</summary>
    public string? Input { get; set; } = input;

    /// <summary>The event's name.</summary>
    public string? Name { get; set; }
}

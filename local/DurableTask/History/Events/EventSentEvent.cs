namespace DurableTask.Core.History;

/// <summary>An event was sent to another instance.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
public class EventSentEvent(int eventId) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.EventSent;

    /// <summary>The other instance.</summary>
    public string? InstanceId { get; set; }

    /// <summary>The event's name.</summary>
    public string? Name { get; set; }

    /// <summary>The payload as text.</summary>
    public string? Input { get; set; }
}

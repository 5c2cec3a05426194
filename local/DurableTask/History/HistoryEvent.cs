namespace DurableTask.Core.History;

/// <summary>An event in the history of an orchestration.</summary>
/// <param name="eventId">The number of the task it belongs to; -1 when it belongs to none.</param>
public abstract class HistoryEvent(int eventId)
{
    /// <summary>The number of the task it belongs to; -1 when it belongs to none.</summary>
    public int EventId { get; set; } = eventId;

    /// <summary>Whether the event has been processed.</summary>
    public bool IsPlayed { get; set; }

    /// <summary>When it happened, UTC.</summary>
    public DateTime Timestamp { get; set; }

    /// <summary>The kind of event.</summary>
    public abstract EventType EventType { get; }
}

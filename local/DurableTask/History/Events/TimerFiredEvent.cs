namespace DurableTask.Core.History;

/// <summary>A timer fired.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
public class TimerFiredEvent(int eventId) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.TimerFired;

    /// <summary>The number of the timer.</summary>
    public int TimerId { get; set; }

    /// <summary>When it was due, UTC.</summary>
    public DateTime FireAt { get; set; }
}

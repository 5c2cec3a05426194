namespace DurableTask.Core.History;

/// <summary>A turn of the orchestrator ended.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
public class OrchestratorCompletedEvent(int eventId) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.OrchestratorCompleted;
}

namespace DurableTask.Core.History;

/// <summary>A turn of the orchestrator started.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
public class OrchestratorStartedEvent(int eventId) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.OrchestratorStarted;
}

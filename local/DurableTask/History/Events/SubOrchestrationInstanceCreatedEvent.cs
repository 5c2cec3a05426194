namespace DurableTask.Core.History;

/// <summary>A sub-orchestration was created.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
public class SubOrchestrationInstanceCreatedEvent(int eventId) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.SubOrchestrationInstanceCreated;

    /// <summary>The orchestrator's name.</summary>
    public string? Name { get; set; }

    /// <summary>The version.</summary>
    public string? Version { get; set; }

    /// <summary>The instance id.</summary>
    public string? InstanceId { get; set; }

    /// <summary>The input as text.</summary>
    public string? Input { get; set; }
}

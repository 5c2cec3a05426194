namespace DurableTask.Core.History;

/// <summary>An orchestration was started.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="input">The input as text.</param>
public class ExecutionStartedEvent(int eventId, string? input) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionStarted;

    /// <summary>The input as text.</summary>
    public string? Input { get; set; } = input;

    /// <summary>The orchestrator's name.</summary>
    public string? Name { get; set; }

    /// <summary>The version.</summary>
    public string? Version { get; set; }

    /// <summary>The instance.</summary>
    public OrchestrationInstance? OrchestrationInstance { get; set; }

    /// <summary>The orchestration that started it.</summary>
    public ParentInstance? ParentInstance { get; set; }

    /// <summary>The tags.</summary>
    public IDictionary<string, string>? Tags { get; set; }

    /// <summary>When it was to start, UTC.</summary>
    public DateTime? ScheduledStartTime { get; set; }
}

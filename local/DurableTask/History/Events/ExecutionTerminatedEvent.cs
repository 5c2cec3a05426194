namespace DurableTask.Core.History;

/// <summary>An orchestration was terminated.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="input">The output it was given.</param>
public class ExecutionTerminatedEvent(int eventId, string? input) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionTerminated;

    /// <summary>The output it was given.</summary>
    public string? Input { get; set; } = input;
}

namespace DurableTask.Core.History;

/// <summary>An activity completed.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="taskScheduledId">The number of the call.</param>
/// <param name="result">The result as text.</param>
public class TaskCompletedEvent(int eventId, int taskScheduledId, string? result) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.TaskCompleted;

    /// <summary>The number of the call.</summary>
    public int TaskScheduledId { get; set; } = taskScheduledId;

    /// <summary>The result as text.</summary>
    public string? Result { get; set; } = result;
}

namespace DurableTask.Core.History;

/// <summary>An activity failed.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="taskScheduledId">The number of the call.</param>
/// <param name="reason">Why, in short. (optional)</param>
/// <param name="details">Why, at length. (optional)</param>
/// <param name="failureDetails">Why. (optional)</param>
public class TaskFailedEvent(int eventId, int taskScheduledId, string? reason = null, string? details = null, FailureDetails? failureDetails = null) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.TaskFailed;

    /// <summary>The number of the call.</summary>
    public int TaskScheduledId { get; set; } = taskScheduledId;

    /// <summary>Why, in short.</summary>
    public string? Reason { get; set; } = reason;

    /// <summary>Why, at length.</summary>
    public string? Details { get; set; } = details;

    /// <summary>Why.</summary>
    public FailureDetails? FailureDetails { get; set; } = failureDetails;
}

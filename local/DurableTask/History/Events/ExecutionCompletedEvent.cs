namespace DurableTask.Core.History;

/// <summary>An orchestration ended.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="result">The output as text.</param>
/// <param name="orchestrationStatus">How it ended.</param>
/// <param name="failureDetails">Why it failed. (optional)</param>
public class ExecutionCompletedEvent(int eventId, string? result, OrchestrationStatus orchestrationStatus, FailureDetails? failureDetails = null) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.ExecutionCompleted;

    /// <summary>The output as text.</summary>
    public string? Result { get; set; } = result;

    /// <summary>How it ended.</summary>
    public OrchestrationStatus OrchestrationStatus { get; set; } = orchestrationStatus;

    /// <summary>Why it failed.</summary>
    public FailureDetails? FailureDetails { get; set; } = failureDetails;
}

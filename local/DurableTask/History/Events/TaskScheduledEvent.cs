namespace DurableTask.Core.History;

/// <summary>An activity was scheduled.</summary>
/// <param name="eventId">The number of the event; -1 when it has none.</param>
/// <param name="name">The activity's name. (optional)</param>
/// <param name="version">The version. (optional)</param>
/// <param name="input">The input as text. (optional)</param>
public class TaskScheduledEvent(int eventId, string? name = null, string? version = null, string? input = null) : HistoryEvent(eventId)
{
    /// <inheritdoc/>
    public override EventType EventType => EventType.TaskScheduled;

    /// <summary>The activity's name.</summary>
    public string? Name { get; set; } = name;

    /// <summary>The version.</summary>
    public string? Version { get; set; } = version;

    /// <summary>The input as text.</summary>
    public string? Input { get; set; } = input;

    /// <summary>The tags.</summary>
    public IDictionary<string, string>? Tags { get; set; }
}

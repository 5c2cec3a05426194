using DurableTask.Core;
using DurableTask.Core.Common;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Storage;

/// <summary>A message on its way into the file; encoded by who sends it, so that the writer's thread need not.</summary>
internal readonly record struct EncodedMessage(TaskMessage Message, byte[] Json)
{
    public static EncodedMessage From(TaskMessage message) => new(message, EventJson.Write(message));

    /// <summary>The same for a message that its sender may go on to change: what is handed out is a copy.</summary>
    public static EncodedMessage CopyOf(TaskMessage message)
    {
        var json = EventJson.Write(message);
        return new EncodedMessage(EventJson.ReadMessage(json), json);
    }

    public static List<EncodedMessage> From(IList<TaskMessage> messages)
    {
        var encoded = new List<EncodedMessage>(messages.Count);
        foreach (var message in messages)
        {
            encoded.Add(From(message));
        }

        return encoded;
    }

    /// <summary>When the message may be seen, in UTC ticks; <c>null</c> for at once.</summary>
    public long? Due() => Message.Event switch
    {
        TimerFiredEvent timer => Ticks(timer.FireAt),
        ExecutionStartedEvent { ScheduledStartTime: { } start } => Ticks(start),
        EventRaisedEvent when Entities.IsDelayedEntityMessage(Message, out var due) => Ticks(due),
        _ => null,
    };

    private static long Ticks(DateTime time) => (time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks;
}

/// <summary>What one turn of an orchestration or entity has brought about: all of it is written in one transaction, or none.</summary>
internal sealed class Turn
{
    /// <summary>The instance, and how many turns it had when this one began: another number now means that it is not the same any more.</summary>
    public required long Key { get; init; }

    public required int Number { get; init; }

    /// <summary>The messages that this turn has taken in.</summary>
    public required IReadOnlyList<long> Consumed { get; init; }

    /// <summary>The state after the turn; <c>null</c> when Core refused the messages.</summary>
    public OrchestrationState? State { get; init; }

    public bool IsEntity { get; init; }

    /// <summary>Whether the events are a whole new history: after continue-as-new, a rewind, or an entity's batch.</summary>
    public bool Replaces { get; init; }

    public byte[] Events { get; init; } = [];

    public List<EncodedMessage> Messages { get; init; } = [];

    public List<EncodedMessage> Timers { get; init; } = [];

    public List<EncodedMessage> Activities { get; init; } = [];

    public string? Tags { get; init; }

    public string? Failure { get; init; }

    public bool IsFinished => State is not null && Status.IsFinished(State.OrchestrationStatus);
}

/// <summary>What a transaction changes in memory once it is committed, in this order.</summary>
internal sealed class Effects
{
    /// <summary>Whether the request found its instance as it expected it. If not, nothing was written.</summary>
    public bool Applied { get; set; } = true;

    /// <summary>Why a request was refused; nothing was written then.</summary>
    public string? Refusal { get; set; }

    /// <summary>Instances whose waiting messages are gone: they finished or were deleted.</summary>
    public List<long> Cleared { get; } = [];

    public List<(long Due, long Id)> ClearedTimers { get; } = [];

    public List<long> ClearedActivities { get; } = [];

    public List<StoredMessage> Messages { get; } = [];

    public List<StoredMessage> Activities { get; } = [];

    /// <summary>Final states, for those who wait for them.</summary>
    public List<OrchestrationState> Finished { get; } = [];

    /// <summary>States of executions that another one with the same id has replaced before they finished.</summary>
    public List<OrchestrationState> Replaced { get; } = [];

    public List<(string InstanceId, EventType Type, string Reason)> Discarded { get; } = [];
}

/// <summary>A message or an activity as it is in the file.</summary>
/// <param name="Id">Its row. Later ones have higher numbers.</param>
/// <param name="Key">The instance that it belongs to.</param>
/// <param name="Due">When it may be seen, in UTC ticks; <c>null</c> for at once.</param>
/// <param name="IsEntity">Whether it is for an entity.</param>
/// <param name="Message">The message; <c>null</c> when it is to be read from the file.</param>
/// <param name="Size">The length of its JSON in bytes.</param>
/// <param name="Attempts">How often an activity was begun before.</param>
/// <param name="IsRewind">Whether it asks for a rewind.</param>
internal readonly record struct StoredMessage(
    long Id, long Key, long? Due, bool IsEntity, TaskMessage? Message, int Size, int Attempts = 0, bool IsRewind = false);

/// <summary>What waits in the file, in order and without its text.</summary>
/// <param name="Messages">Messages for instances.</param>
/// <param name="Activities">Activities that have no result.</param>
internal sealed record Backlog(List<StoredMessage> Messages, List<StoredMessage> Activities);

/// <summary>What statuses mean here.</summary>
internal static class Status
{
    public static bool IsFinished(OrchestrationStatus status) => status
        is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated or OrchestrationStatus.Canceled;
}

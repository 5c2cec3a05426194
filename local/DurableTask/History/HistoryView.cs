using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.History;

/// <summary>Shows a stored history as the public events.</summary>
sealed class HistoryView(InstanceRow row, IPayloadReader payloads)
{
    readonly List<HistoryEvent> events = [];

    public static IList<HistoryEvent> Of(InstanceRow row, IReadOnlyList<Turn> turns, IPayloadReader payloads)
    {
        HistoryView view = new(row, payloads);
        for (int i = 0; i < turns.Count; i++)
        {
            view.Add(turns[i], i == 0);
        }

        return view.events;
    }

    void Add(Turn turn, bool first)
    {
        DateTime time = Utc(turn.Time);
        Add(new OrchestratorStartedEvent(-1), time);
        if (first)
        {
            Add(Started(), Utc(row.Created));
        }

        foreach (HistoryRecord record in turn.Incoming.Concat(turn.Decisions))
        {
            Add(Event(record), Utc(record.Time));
        }

        Add(new OrchestratorCompletedEvent(-1), time);
    }

    void Add(HistoryEvent item, DateTime time)
    {
        item.Timestamp = time;
        item.IsPlayed = true;
        events.Add(item);
    }

    ExecutionStartedEvent Started() => new(-1, Text(row.Input))
    {
        Name = row.Name,
        Version = row.Version,
        Tags = row.Tags?.ToDictionary(),
        ScheduledStartTime = row.StartAt == 0 ? null : Utc(row.StartAt),
        OrchestrationInstance = new OrchestrationInstance { InstanceId = row.Id, ExecutionId = row.Execution },
        ParentInstance = row.Parent is not { } parent ? null : new ParentInstance
        {
            Name = parent.Name,
            Version = parent.Version,
            TaskScheduleId = parent.TaskId,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = parent.InstanceId, ExecutionId = parent.Execution },
        },
    };

    HistoryEvent Event(HistoryRecord record) => record.Kind switch
    {
        RecordKind.TaskScheduled => new TaskScheduledEvent(record.Id, record.Name, record.Version, Text(record.Payload)) { Tags = record.Tags?.ToDictionary() },
        RecordKind.TaskCompleted => new TaskCompletedEvent(-1, record.Id, Text(record.Payload)),
        RecordKind.TaskFailed => new TaskFailedEvent(-1, record.Id, record.Failure?.ErrorMessage, null, Failure(record)),
        RecordKind.SubOrchestrationCreated => new SubOrchestrationInstanceCreatedEvent(record.Id)
        {
            Name = record.Name,
            Version = record.Version,
            InstanceId = record.InstanceId,
            Input = Text(record.Payload),
        },
        RecordKind.SubOrchestrationCompleted => new SubOrchestrationInstanceCompletedEvent(-1, record.Id, Text(record.Payload)),
        RecordKind.SubOrchestrationFailed => new SubOrchestrationInstanceFailedEvent(-1, record.Id, record.Failure?.ErrorMessage, null, Failure(record)),
        RecordKind.TimerCreated => new TimerCreatedEvent(record.Id, Utc(record.FireAt)),
        RecordKind.TimerFired => new TimerFiredEvent(-1) { TimerId = record.Id, FireAt = Utc(record.FireAt) },
        RecordKind.EventRaised => new EventRaisedEvent(-1, Text(record.Payload)) { Name = record.Name },
        RecordKind.Terminated => new ExecutionTerminatedEvent(-1, Text(record.Payload)),
        RecordKind.Suspended => new ExecutionSuspendedEvent(-1, record.Name),
        RecordKind.Resumed => new ExecutionResumedEvent(-1, record.Name),
        RecordKind.Rewound => new ExecutionRewoundEvent(-1, record.Name),
        RecordKind.Completed => new ExecutionCompletedEvent(
            record.Id, Text(row.Output), (OrchestrationStatus)(int)row.Status, row.Failure is null ? null : Failure(row.Failure, nonRetriable: false)),
        RecordKind.EntityResponded => new EventRaisedEvent(-1, Text(record.Payload)) { Name = record.InstanceId },
        RecordKind.EntityUnlocked => new EventSentEvent(record.Id) { InstanceId = record.InstanceId, Name = "release" },
        _ => new EventSentEvent(record.Id) { InstanceId = record.InstanceId, Name = record.Name, Input = Text(record.Payload) },
    };

    static DateTime Utc(long ticks) => new(ticks, DateTimeKind.Utc);

    static FailureDetails? Failure(HistoryRecord record) =>
        record.Failure is null ? null : Failure(record.Failure, record.Has(RecordFlags.NonRetriable));

    static FailureDetails Failure(TaskFailureDetails failure, bool nonRetriable) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is null ? null : Failure(failure.InnerFailure, nonRetriable),
        nonRetriable,
        failure.Properties);

    string? Text(Payload? payload) => payload?.Read(payloads);
}

using Microsoft.DurableTask.Engine;
using Microsoft.DurableTask.History;
using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask.Diagnostics;

/// <summary>The worker's log messages.</summary>
static partial class Logs
{
    /// <summary>Actions written out in one message.</summary>
    const int ActionsShown = 10;

    public static void OrchestrationStarted(WorkerSettings worker, string instanceId, string name) =>
        OrchestrationStarted(worker.Logger, instanceId, name);

    public static void OrchestrationCompleted(WorkerSettings worker, string instanceId, string name) =>
        OrchestrationCompleted(worker.Logger, instanceId, name);

    public static void OrchestrationFailed(WorkerSettings worker, Exception exception, string instanceId, string name) =>
        OrchestrationFailed(worker.Logger, exception, instanceId, name);

    public static void ActivityStarted(WorkerSettings worker, string instanceId, string name) => ActivityStarted(worker.Logger, instanceId, name);

    public static void ActivityCompleted(WorkerSettings worker, string instanceId, string name) => ActivityCompleted(worker.Logger, instanceId, name);

    public static void ActivityFailed(WorkerSettings worker, Exception exception, string instanceId, string name) =>
        ActivityFailed(worker.Logger, exception, instanceId, name);

    public static void ActivityNotFound(WorkerSettings worker, string instanceId, string name) =>
        ActivityNotFound(worker.Logger, instanceId, name);

    public static void WorkerStarted(WorkerSettings worker, string path) => WorkerStarted(worker.Logger, path);

    public static void Decided(WorkerSettings worker, string instanceId, string name, List<HistoryRecord> decisions)
    {
        if (decisions.Count > 0 && worker.Logger.IsEnabled(LogLevel.Debug))
        {
            Decided(worker.Logger, instanceId, decisions.Count, string.Join(", ", decisions.Take(ActionsShown).Select(ActionOf)), name);
        }
    }

    public static void EntityNotFound(WorkerSettings worker, string instanceId, string name) => EntityNotFound(worker.Logger, instanceId, name);

    public static void EntityOperationFailed(WorkerSettings worker, Exception exception, string instanceId, string operation) =>
        EntityOperationFailed(worker.Logger, exception, instanceId, operation);

    static string ActionOf(HistoryRecord decision) => decision.Kind switch
    {
        RecordKind.TaskScheduled => "ScheduleTask",
        RecordKind.SubOrchestrationCreated => "CreateSubOrchestration",
        RecordKind.TimerCreated => "CreateTimer",
        RecordKind.EventSent => "SendEvent",
        _ => "SendEntityMessage",
    };

    [LoggerMessage(EventId = 607, EventName = "EntityNotFound", Level = LogLevel.Warning, Message = "No entity task named '{Name}' was found; '{InstanceId}' was called.")]
    static partial void EntityNotFound(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 608, EventName = "EntityOperationFailed", Level = LogLevel.Information, Message = "Operation '{Operation}' of entity '{InstanceId}' failed.")]
    static partial void EntityOperationFailed(ILogger logger, Exception exception, string instanceId, string operation);

    [LoggerMessage(EventId = 610, EventName = "WorkerStarted", Level = LogLevel.Information, Message = "Durable Task worker started on '{Path}'.")]
    static partial void WorkerStarted(ILogger logger, string path);

    [LoggerMessage(EventId = 611, EventName = "SendingActions", Level = LogLevel.Debug, Message = "{InstanceId}: Sending {Count} action(s) [{Actions}] for '{Name}' orchestrator.")]
    static partial void Decided(ILogger logger, string instanceId, int count, string actions, string name);

    [LoggerMessage(EventId = 600, EventName = "OrchestrationStarted", Level = LogLevel.Information, Message = "'{Name}' orchestration with ID '{InstanceId}' started.")]
    static partial void OrchestrationStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 601, EventName = "OrchestrationCompleted", Level = LogLevel.Information, Message = "'{Name}' orchestration with ID '{InstanceId}' completed.")]
    static partial void OrchestrationCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 602, EventName = "OrchestrationFailed", Level = LogLevel.Information, Message = "'{Name}' orchestration with ID '{InstanceId}' failed.")]
    static partial void OrchestrationFailed(ILogger logger, Exception exception, string instanceId, string name);

    [LoggerMessage(EventId = 603, EventName = "ActivityStarted", Level = LogLevel.Information, Message = "'{Name}' activity of orchestration ID '{InstanceId}' started.")]
    static partial void ActivityStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 604, EventName = "ActivityCompleted", Level = LogLevel.Information, Message = "'{Name}' activity of orchestration ID '{InstanceId}' completed.")]
    static partial void ActivityCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(EventId = 605, EventName = "ActivityFailed", Level = LogLevel.Information, Message = "'{Name}' activity of orchestration ID '{InstanceId}' failed.")]
    static partial void ActivityFailed(ILogger logger, Exception exception, string instanceId, string name);

    [LoggerMessage(EventId = 606, EventName = "ActivityNotFound", Level = LogLevel.Warning, Message = "No activity task named '{Name}' was found; orchestration ID '{InstanceId}' called it.")]
    static partial void ActivityNotFound(ILogger logger, string instanceId, string name);
}

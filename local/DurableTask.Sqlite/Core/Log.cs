using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Opened '{Path}': {Messages} messages and {Activities} activities wait.")]
    public static partial void Started(ILogger logger, string path, int messages, int activities);

    [LoggerMessage(2, LogLevel.Information, "Discarded a message of type {Type} for '{InstanceId}'. {Reason}")]
    public static partial void Discarded(ILogger logger, DurableTask.Core.History.EventType type, string instanceId, string reason);

    [LoggerMessage(3, LogLevel.Error, "The database cannot be written. Work is no longer handed out until it can be.")]
    public static partial void Outage(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "The database can be written again.")]
    public static partial void OutageOver(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "The database could not be made smaller.")]
    public static partial void CannotShrink(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The log could not be folded into the database; it is read at the next start.")]
    public static partial void CannotCheckpoint(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "The memory did not follow a commit. What waits is read from the file again; work that is out may be done a second time.")]
    public static partial void MemoryOutOfStep(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "The activity '{Name}' of '{InstanceId}' failed: it ended {Attempts} times without a result.")]
    public static partial void ActivityGivenUp(ILogger logger, string? name, string instanceId, int attempts);

    [LoggerMessage(9, LogLevel.Information, "Retention deleted {Count} finished orchestrations.")]
    public static partial void Retained(ILogger logger, int count);

    [LoggerMessage(10, LogLevel.Warning, "Counting attempts or deleting finished orchestrations failed; it is tried again after its interval.")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "'{InstanceId}' was changed, replaced or deleted while it ran; the turn is not stored.")]
    public static partial void TurnOvertaken(ILogger logger, string instanceId);

    [LoggerMessage(12, LogLevel.Critical, "What waits in the file could not be read. Work is no longer handed out until it can be.")]
    public static partial void CannotReload(ILogger logger, Exception exception);
}

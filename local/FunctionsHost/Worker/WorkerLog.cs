using System.Collections.Concurrent;
using System.Globalization;
using DurableMl.FunctionsHost.Worker.Protocol;
using OpenTelemetry;

namespace DurableMl.FunctionsHost.Worker;

/// <summary>Writes what the worker reports to the host's log, under the worker's categories and with the function and invocation it belongs to.</summary>
internal sealed class WorkerLog(ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _functions = new(StringComparer.Ordinal);
    private readonly ILogger _console = loggers.CreateLogger("Worker.Console");

    /// <summary>Whether the worker sends its log by OpenTelemetry itself. The host's exporter would send it a second time, and outside of its trace.</summary>
    public bool IsExportedByWorker { get; set; }

    /// <summary>Says which function an invocation belongs to, until the result is disposed.</summary>
    public Invocation Begin(string invocationId, string function)
    {
        _functions[invocationId] = function;
        return new Invocation(this, invocationId);
    }

    /// <summary>Writes one entry of the worker's log.</summary>
    public void Write(RpcLog entry)
    {
        if (entry.LogCategory == RpcLog.Types.RpcLogCategory.CustomMetric)
        {
            return;
        }

        _functions.TryGetValue(entry.InvocationId, out var function);
        // The Functions host files what a function's code logs under the function, whatever its own category is.
        var category = function is not null && entry.LogCategory == RpcLog.Types.RpcLogCategory.User ? $"Function.{function}.User" : entry.Category;
        var logger = _loggers.GetOrAdd(category.Length == 0 ? "Worker" : category, loggers.CreateLogger);
        var level = (LogLevel)entry.Level;
        if (!logger.IsEnabled(level))
        {
            return;
        }

        var text = entry.Exception is { } exception ? $"{entry.Message}\n{Describe(exception)}" : entry.Message;
        using IDisposable? noExport = IsExportedByWorker ? SuppressInstrumentationScope.Begin() : null;
        logger.Log(level, EventIdOf(entry), new WorkerEntry(text, function, entry.InvocationId), null, static (state, _) => state.Message);
    }

    /// <summary>Writes a line that the worker wrote to its console; null marks the end.</summary>
    public void WriteConsole(string? line, bool isError)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            _console.Log(isError ? LogLevel.Warning : LogLevel.Information, "{Line}", line);
        }
    }

    /// <summary>Type, message and stack. The worker puts all three into the message, unless the app sets EnableUserCodeException.</summary>
    private static string Describe(RpcException exception) =>
        exception.Type.Length == 0 ? exception.Message : $"{exception.Type}: {exception.Message}\n{exception.StackTrace}";

    private static EventId EventIdOf(RpcLog entry) =>
        int.TryParse(entry.EventId, CultureInfo.InvariantCulture, out var id) ? new EventId(id) : new EventId(0, entry.EventId);

    /// <summary>Ends what <see cref="Begin"/> said.</summary>
    internal readonly struct Invocation(WorkerLog log, string id) : IDisposable
    {
        /// <inheritdoc />
        public void Dispose() => log._functions.TryRemove(id, out _);
    }
}

/// <summary>An entry of the worker's log with what it belongs to, so that exporters see these as properties.</summary>
/// <param name="Message">The text.</param>
/// <param name="Function">The function, or null outside of one.</param>
/// <param name="InvocationId">The invocation; empty outside of one.</param>
internal sealed record WorkerEntry(string Message, string? Function, string InvocationId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <inheritdoc />
    public int Count => 3;

    /// <inheritdoc />
    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("FunctionName", Function),
        1 => new("InvocationId", InvocationId),
        2 => new("{OriginalFormat}", Message),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

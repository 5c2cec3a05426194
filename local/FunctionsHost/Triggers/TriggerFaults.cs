using DurableMl.FunctionsHost.App;
using Microsoft.Azure.WebJobs.Host.Indexers;
using Microsoft.Azure.WebJobs.Host.Listeners;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>
/// Notices which triggers cannot listen, as when their storage is down. The SDK tries them again and again; until then the status names them.
/// </summary>
internal sealed partial class TriggerFaults(FunctionApp app, HostState state, ILogger<TriggerFaults> logger) : IListenerDecorator
{
    /// <inheritdoc />
    public IListener Decorate(ListenerDecoratorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new Listener(context.Listener, app.Find(context.FunctionDefinition.Descriptor.ShortName)!, state, logger);
    }

    private sealed class Listener(IListener inner, FunctionDefinition function, HostState state, ILogger logger) : IListener
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            try
            {
                await inner.StartAsync(cancellationToken);
                state.TriggerFaults.TryRemove(function.Name, out _);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                state.TriggerFaults[function.Name] = $"{function.Trigger.Description} cannot listen yet: {FunctionFaults.Reason(e)}";
                throw;
            }
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            try
            {
                await inner.StopAsync(cancellationToken);
            }
            catch (InvalidOperationException e)
            {
                // Blob triggers share one scan of their containers. Stopped all at once, as here, one of them may find it stopped already.
                LogStopped(logger, function.Name, e.Message);
            }
        }

        public void Cancel() => inner.Cancel();

        public void Dispose() => inner.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The trigger of '{Function}' was stopped: {Reason}")]
    private static partial void LogStopped(ILogger logger, string function, string reason);
}

/// <summary>Takes from the SDK's log which functions it could not make sense of: it says so nowhere else.</summary>
internal sealed class FunctionFaults(FunctionApp app, HostState state) : ILoggerProvider
{
    /// <summary>The messages of an exception and of its causes, as one line.</summary>
    public static string Reason(Exception error)
    {
        var messages = new List<string>();
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            if (!messages.Exists(message => message.Contains(e.Message, StringComparison.Ordinal)))
            {
                messages.Add(e.Message);
            }
        }

        return string.Join(" ", messages).ReplaceLineEndings(" ");
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(app, state);

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class Logger(FunctionApp app, HostState state) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState entry, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is FunctionIndexingException { InnerException: { } reason } fault)
            {
                state.Faults[fault.MethodName] = $"{app.Find(fault.MethodName)!.Trigger.Description}: {Reason(reason)}";
            }
        }
    }
}

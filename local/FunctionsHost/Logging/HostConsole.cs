using System.Globalization;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace DurableMl.FunctionsHost.Logging;

/// <summary>One line an entry: time, level, category, function and invocation where there are any, message.</summary>
internal sealed class HostConsole(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    private const string FormatterName = "functions-host";

    /// <summary>Logs to the console at the levels that host.json sets.</summary>
    public static void Configure(ILoggingBuilder logging, HostJson host)
    {
        logging.AddConsole(console => console.FormatterName = FormatterName).AddConsoleFormatter<HostConsole, ConsoleFormatterOptions>();
        logging.SetMinimumLevel(host.LogLevels.GetValueOrDefault("default", LogLevel.Information));
        // Parts that the Functions host does not show either. The app's own rules come after them and win.
        foreach (var category in (ReadOnlySpan<string>)["Microsoft.AspNetCore", "Microsoft.Extensions", "Grpc", "Azure", "DurableTask", "System.Net.Http"])
        {
            logging.AddFilter(category, LogLevel.Warning);
        }

        // It warns of every answer that is no success, and polling a queue that nobody has made yet is one.
        logging.AddFilter("Azure.Core", LogLevel.Error);
        // It lists every setting at each start.
        logging.AddFilter("Microsoft.Azure.WebJobs.Hosting.OptionsLoggingService", LogLevel.Warning);
        // What a failed request means is said under its function.
        logging.AddFilter("Yarp", LogLevel.None);
        // What became of an invocation, for metrics; Function.NAME says it too.
        logging.AddFilter("Host.Results", LogLevel.None).AddFilter("Host.Aggregator", LogLevel.None);

        foreach (var (category, level) in host.LogLevels)
        {
            if (!string.Equals(category, "default", StringComparison.OrdinalIgnoreCase))
            {
                logging.AddFilter(category, level);
            }
        }
    }

    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Trace => " trce ",
            LogLevel.Debug => " dbug ",
            LogLevel.Information => " info ",
            LogLevel.Warning => " warn ",
            LogLevel.Error => " fail ",
            _ => " crit ",
        });
        textWriter.Write(logEntry.Category);
        if (logEntry.State is WorkerEntry { Function: { } function } entry)
        {
            textWriter.Write($" [{function} {entry.InvocationId}]");
        }

        textWriter.Write(": ");
        textWriter.WriteLine(logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } exception)
        {
            textWriter.WriteLine(Expected(exception) ?? exception.ToString());
        }
    }

    /// <summary>
    /// What needs no stack of the host's: the worker has logged its own failure with the function's stack already, and the others say all in
    /// their message.
    /// </summary>
    private static string? Expected(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case FunctionFailedException failure:
                    return failure.Reason;
                case WorkerUnavailableException or FunctionTimeoutException:
                    return inner.Message;
            }
        }

        return null;
    }
}

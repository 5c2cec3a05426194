using System.Globalization;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker;
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
        foreach (var category in (ReadOnlySpan<string>)["Microsoft.AspNetCore", "Microsoft.Extensions", "Yarp", "Grpc", "Azure", "DurableTask", "System.Net.Http"])
        {
            logging.AddFilter(category, LogLevel.Warning);
        }

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
            textWriter.WriteLine(exception);
        }
    }
}

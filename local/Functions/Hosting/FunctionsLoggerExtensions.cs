namespace Microsoft.Extensions.Logging;

/// <summary>Logs metrics.</summary>
public static class FunctionsLoggerExtensions
{
    /// <summary>Logs a value under a name, with the event id that the Functions host knows metrics by.</summary>
    /// <param name="logger">The logger.</param>
    /// <param name="name">The metric's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="properties">More about it.</param>
    public static void LogMetric(this ILogger logger, string name, double value, IDictionary<string, object>? properties = null)
    {
        ArgumentNullException.ThrowIfNull(logger);
        Dictionary<string, object> state = properties is null ? new(StringComparer.Ordinal) : new(properties, StringComparer.Ordinal);
        state["Name"] = name;
        state["Value"] = value;
        logger.Log(
            LogLevel.Information,
            new EventId(1, "LogMetric"),
            state,
            exception: null,
            static (s, _) => $"{s["Name"]}: {s["Value"]}"
        );
    }
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace DurableMl.FunctionsHost.App;

/// <summary>host.json: the settings of the host and its extensions.</summary>
/// <param name="Settings">
/// Its content as configuration, below the section <see cref="Section"/>, where the WebJobs SDK and the extensions look for it.
/// </param>
/// <param name="RoutePrefix">What stands before each route; empty for none. <c>api</c> unless the file says otherwise.</param>
/// <param name="FunctionTimeout">How long an invocation may take, or null without a limit. 30 minutes unless the file says so.</param>
/// <param name="LogLevels">Log levels by category; <c>default</c> for the rest.</param>
internal sealed record HostJson(
    IReadOnlyDictionary<string, string?> Settings,
    string RoutePrefix,
    TimeSpan? FunctionTimeout,
    IReadOnlyDictionary<string, LogLevel> LogLevels)
{
    /// <summary>The configuration section that holds the file's content.</summary>
    public const string Section = "AzureFunctionsJobHost";

    /// <summary>Reads the file.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="settings">
    /// App settings; one of the name <c>AzureFunctionsJobHost__logging__logLevel__default</c> replaces that of the file, and so for all
    /// others but the route prefix, for which the worker looks into the file alone.
    /// </param>
    /// <exception cref="AppFileException">It is missing or wrong.</exception>
    public static HostJson Read(string path, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var root = FunctionApp.ReadObject(path);
        if (FunctionApp.Text(root, "version") is not "2.0")
        {
            throw new AppFileException(path, "'version' must be \"2.0\".");
        }

        var merged = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Flatten(root, Section, merged);
        var prefix = merged.GetValueOrDefault($"{Section}:extensions:http:routePrefix") ?? "api";
        foreach (var (name, value) in settings)
        {
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            if (key.StartsWith(Section + ":", StringComparison.OrdinalIgnoreCase))
            {
                merged[key] = value;
            }
        }

        return new HostJson(merged, prefix, Timeout(path, merged.GetValueOrDefault($"{Section}:functionTimeout")), Levels(path, merged));
    }

    private static TimeSpan? Timeout(string path, string? text) => text switch
    {
        null => TimeSpan.FromMinutes(30),
        "-1" => null,
        _ when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero => timeout,
        _ => throw new AppFileException(path, $"'functionTimeout' is '{text}'; give a time such as 00:05:00, or -1 for no limit."),
    };

    private static Dictionary<string, LogLevel> Levels(string path, Dictionary<string, string?> settings)
    {
        const string prefix = $"{Section}:logging:logLevel:";
        var levels = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            if (key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                var category = key[prefix.Length..];
                levels[category] = Enum.TryParse<LogLevel>(value, ignoreCase: true, out var level) && Enum.IsDefined(level)
                    ? level
                    : throw new AppFileException(
                        path, $"'logging.logLevel.{category}' is '{value}'; one of {string.Join(", ", Enum.GetNames<LogLevel>())} is wanted.");
            }
        }

        return levels;
    }

    private static void Flatten(JsonNode? node, string path, Dictionary<string, string?> settings)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (name, value) in json)
                {
                    Flatten(value, $"{path}:{name}", settings);
                }

                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    Flatten(list[i], string.Create(CultureInfo.InvariantCulture, $"{path}:{i}"), settings);
                }

                break;
            case not null:
                settings[path] = node.ToString();
                break;
        }
    }
}

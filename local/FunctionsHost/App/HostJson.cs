using System.Globalization;
using System.Text.Json.Nodes;

namespace DurableMl.FunctionsHost.App;

/// <summary>host.json: the settings of the host and its extensions.</summary>
/// <param name="Settings">
/// Its content as configuration, below the section <see cref="Section"/>, where the WebJobs SDK and the extensions look for it.
/// </param>
/// <param name="RoutePrefix">What stands before each route; empty for none. <c>api</c> unless the file says otherwise.</param>
/// <param name="FunctionTimeout">How long an invocation may take, or null without a limit. 30 minutes unless the file says otherwise.</param>
/// <param name="LogLevels">Log levels by category; <c>default</c> for the rest.</param>
internal sealed record HostJson(
    IReadOnlyDictionary<string, string?> Settings, string RoutePrefix, TimeSpan? FunctionTimeout, IReadOnlyDictionary<string, LogLevel> LogLevels)
{
    /// <summary>The configuration section that holds the file's content.</summary>
    public const string Section = "AzureFunctionsJobHost";

    /// <summary>Reads the file.</summary>
    /// <exception cref="AppFileException">It is missing or wrong.</exception>
    public static HostJson Read(string path)
    {
        var root = FunctionApp.ReadObject(path);
        if (FunctionApp.Text(root, "version") is not "2.0")
        {
            throw new AppFileException(path, "'version' must be \"2.0\".");
        }

        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Flatten(root, Section, settings);
        return new HostJson(
            settings,
            settings.GetValueOrDefault($"{Section}:extensions:http:routePrefix") ?? "api",
            Timeout(path, FunctionApp.Text(root, "functionTimeout")),
            Levels(path, root["logging"]?["logLevel"]));
    }

    private static TimeSpan? Timeout(string path, string? text) => text switch
    {
        null => TimeSpan.FromMinutes(30),
        "-1" => null,
        _ when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero => timeout,
        _ => throw new AppFileException(path, $"'functionTimeout' is '{text}'; give a time such as 00:05:00, or -1 for no limit."),
    };

    private static Dictionary<string, LogLevel> Levels(string path, JsonNode? node)
    {
        var levels = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        if (node is not JsonObject json)
        {
            return levels;
        }

        foreach (var (category, value) in json)
        {
            levels[category] = Enum.TryParse<LogLevel>(value?.ToString(), ignoreCase: true, out var level) && Enum.IsDefined(level)
                ? level
                : throw new AppFileException(path, $"'logging.logLevel.{category}' is '{value}'; one of {string.Join(", ", Enum.GetNames<LogLevel>())} is wanted.");
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

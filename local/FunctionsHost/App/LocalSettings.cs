using System.Text.Json.Nodes;

namespace DurableMl.FunctionsHost.App;

/// <summary>local.settings.json: what an app's settings are on a developer's machine. The environment has precedence over it.</summary>
/// <param name="Values">Settings for host and app.</param>
/// <param name="Port">The port that the file asks for, or null.</param>
/// <param name="AllowedOrigins">Origins of web pages that may call the functions; <c>*</c> stands for all.</param>
/// <param name="AllowCredentials">Whether such pages may send cookies.</param>
internal sealed record LocalSettings(
    IReadOnlyDictionary<string, string> Values, int? Port, IReadOnlyList<string> AllowedOrigins, bool AllowCredentials)
{
    /// <summary>Reads the file; without one there are no settings.</summary>
    /// <exception cref="AppFileException">It is wrong, or encrypted.</exception>
    public static LocalSettings Read(string path)
    {
        if (!File.Exists(path))
        {
            return new LocalSettings(new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), null, [], false);
        }

        var root = FunctionApp.ReadObject(path);
        if (root["IsEncrypted"] is JsonValue encrypted && encrypted.TryGetValue(out bool isEncrypted) && isEncrypted)
        {
            throw new AppFileException(path, "it is encrypted, which only Core Tools can read. Decrypt it with `func settings decrypt`.");
        }

        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in root["Values"] as JsonObject ?? [])
        {
            values[name] = value switch
            {
                JsonValue => value.ToString(),
                null => "",
                _ => throw new AppFileException(path, $"'Values.{name}' must be a text; nest with two underscores in the name instead."),
            };
        }

        foreach (var (name, value) in root["ConnectionStrings"] as JsonObject ?? [])
        {
            values[$"ConnectionStrings:{name}"] = (value is JsonObject json ? json["ConnectionString"] : value)?.ToString() ?? "";
        }

        var host = root["Host"] as JsonObject;
        var origins = Origins(host);
        var credentials = string.Equals(host?["CORSCredentials"]?.ToString(), "true", StringComparison.OrdinalIgnoreCase);
        return credentials && origins.Contains("*", StringComparer.Ordinal)
            ? throw new AppFileException(path, "'Host.CORSCredentials' needs 'Host.CORS' to name origins; browsers refuse it with '*'.")
            : new LocalSettings(values, ReadPort(path, host?["LocalHttpPort"]), origins, credentials);
    }

    private static int? ReadPort(string path, JsonNode? node) => node switch
    {
        null => null,
        _ when int.TryParse(node.ToString(), out var port) && port is > 0 and < 65536 => port,
        _ => throw new AppFileException(path, $"'Host.LocalHttpPort' is '{node}'; a port is a number from 1 to 65535."),
    };

    private static string[] Origins(JsonObject? host) =>
        (host?["CORS"]?.ToString() ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(origin => origin.TrimEnd('/'))
            .ToArray();
}

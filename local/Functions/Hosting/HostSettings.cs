using System.Globalization;

namespace DurableMl.Local.Functions;

/// <summary>
/// What host.json and the settings say. A setting <c>AzureFunctionsJobHost__a__b</c> goes before <c>a.b</c> in host.json, as on the genuine host.
/// </summary>
internal sealed class HostSettings
{
    /// <summary>The port that <c>func start</c> listens on too.</summary>
    public const int DefaultPort = 7071;

    private const string HostSection = "AzureFunctionsJobHost";

    public required IConfiguration Configuration { get; init; }

    /// <summary>host.json's content.</summary>
    public required IConfiguration Host { get; init; }

    /// <summary>The folder of host.json and local.settings.json.</summary>
    public required string ScriptRoot { get; init; }

    /// <summary>The loopback port; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>In front of every function's route; without slashes around it.</summary>
    public required string RoutePrefix { get; init; }

    /// <summary>How long a function may run; null is without end.</summary>
    public required TimeSpan? FunctionTimeout { get; init; }

    /// <summary>Whether callers need keys. As with <c>func start</c> they do not, unless <c>Functions__RequireKeys</c> is true.</summary>
    public required bool RequireKeys { get; init; }

    /// <summary>Where the host keeps its own files.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Whether to stop when stdin ends, which it does when the parent dies.</summary>
    public required bool WatchParent { get; init; }

    /// <summary>How often containers are looked at for blob triggers: <c>Functions__BlobPollingInterval</c>, a second when not set.</summary>
    public required TimeSpan BlobPollingInterval { get; init; }

    public static HostSettings Load(IConfiguration configuration)
    {
        string root = FindScriptRoot(configuration);
        ConfigurationBuilder builder = new();
        string hostJson = Path.Combine(root, "host.json");
        if (File.Exists(hostJson))
        {
            try
            {
                builder.AddJsonFile(hostJson, optional: false, reloadOnChange: false);
                builder.Build();
            }
            catch (InvalidDataException e)
            {
                throw new InvalidOperationException($"{hostJson} is not valid JSON: {e.InnerException?.Message ?? e.Message}", e);
            }
        }

        // Copied rather than chained: a chained configuration passes no empty values on, and an empty routePrefix means something.
        IConfiguration host = builder
            .AddInMemoryCollection(
                configuration.GetSection(HostSection).AsEnumerable(makePathsRelative: true).Where(v => v.Value is not null)
            )
            .Build();
        return new HostSettings
        {
            Configuration = configuration,
            Host = host,
            ScriptRoot = root,
            Port = Read(configuration, "port", Read(configuration, "Functions:Port", DefaultPort)),
            RoutePrefix = (host["extensions:http:routePrefix"] ?? "api").Trim('/'),
            FunctionTimeout = ReadTimeout(host["functionTimeout"]),
            RequireKeys = configuration.GetValue("Functions:RequireKeys", defaultValue: false),
            StateFolder = Path.GetFullPath(
                configuration["Functions:StateFolder"] is { Length: > 0 } folder ? folder : Path.Combine(".durableml", "functions")
            ),
            BlobPollingInterval = configuration.GetValue("Functions:BlobPollingInterval", TimeSpan.FromSeconds(1)),
            WatchParent = configuration["DURABLEML_PARENT_WATCH"] == "1",
        };
    }

    /// <summary>The folder of host.json: <c>AzureWebJobsScriptRoot</c>, the program's own folder, or the current one.</summary>
    public static string FindScriptRoot(IConfiguration configuration)
    {
        if (configuration["AzureWebJobsScriptRoot"] is { Length: > 0 } configured)
        {
            return Path.GetFullPath(configured);
        }

        return File.Exists(Path.Combine(AppContext.BaseDirectory, "host.json"))
            ? AppContext.BaseDirectory
            : Directory.GetCurrentDirectory();
    }

    /// <summary>Whether <c>AzureWebJobs.{name}.Disabled</c> (or <c>AzureWebJobs__{name}__Disabled</c>, where names may have no dots) turns a function off.</summary>
    public bool IsDisabled(string function) =>
        Configuration.GetValue($"AzureWebJobs.{function}.Disabled", defaultValue: false)
        || Configuration.GetValue($"AzureWebJobs:{function}:Disabled", defaultValue: false);

    /// <summary>A whole number above 0 from host.json.</summary>
    public int HostNumber(string key, int fallback)
    {
        if (Host[key] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new InvalidOperationException($"host.json: {key.Replace(':', '.')} is '{text}': give a whole number above 0.");
    }

    private static int Read(IConfiguration configuration, string key, int fallback)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue
            ? port
            : throw new InvalidOperationException($"Setting '{key}' is '{text}': give a port between 0 and 65535.");
    }

    /// <summary>30 minutes when not set, as on the genuine host; -1 is without end.</summary>
    private static TimeSpan? ReadTimeout(string? text)
    {
        if (text is null)
        {
            return TimeSpan.FromMinutes(30);
        }

        if (text == "-1")
        {
            return null;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan timeout) && timeout > TimeSpan.Zero
            ? timeout
            : throw new InvalidOperationException($"host.json: functionTimeout is '{text}': give hh:mm:ss, or -1 for none.");
    }
}

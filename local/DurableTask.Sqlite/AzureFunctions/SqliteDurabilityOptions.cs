using System.Globalization;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite.AzureFunctions;

/// <summary>What host.json says under <c>extensions.durableTask.storageProvider</c>.</summary>
internal static class SqliteDurabilityOptions
{
    /// <summary>The configuration key (environment variable <c>DurableTask__Sqlite__StateFolder</c>) of the folder that relative paths begin at.</summary>
    public const string StateFolderKey = "DurableTask:Sqlite:StateFolder";

    /// <summary>Where the Functions host finds the app.</summary>
    public const string AppFolderKey = "AzureWebJobsScriptRoot";

    private const string DefaultPath = "{hub}.db";
    private const string HubPlaceholder = "{hub}";

    private static readonly Dictionary<string, Action<SqliteOrchestrationServiceOptions, string>> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["survivePowerLoss"] = (options, value) => options.SurvivePowerLoss = bool.Parse(value),
        ["maxActivityAttempts"] = (options, value) => options.MaxActivityAttempts = Integer(value),
        ["maxRetryDelay"] = (options, value) => options.MaxRetryDelay = Time(value),
        ["retainFinishedFor"] = (options, value) => options.RetainFinishedFor = Time(value),
        ["retainFinishedCount"] = (options, value) => options.RetainFinishedCount = Integer(value),
        ["retentionInterval"] = (options, value) => options.RetentionInterval = Time(value),
        ["historyCacheSize"] = (options, value) => options.HistoryCacheSize = Long(value),
        ["messageCacheSize"] = (options, value) => options.MessageCacheSize = Long(value),
        ["integrityCheckLimit"] = (options, value) => options.IntegrityCheckLimit = Long(value),
    };

    /// <summary>The options for a task hub.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it and says what it may be.</exception>
    public static SqliteOrchestrationServiceOptions Read(DurableTaskOptions extension, string hubName, IConfiguration configuration, ILoggerFactory loggerFactory)
    {
        var given = extension.StorageProvider ?? new Dictionary<string, object>(StringComparer.Ordinal);
        var options = new SqliteOrchestrationServiceOptions(DatabasePath(given, extension.HubName, hubName, configuration))
        {
            LoggerFactory = loggerFactory,
            MaxEntityOperationBatchSize = extension.MaxEntityOperationBatchSize,
            ExtendedSessions = extension.ExtendedSessionsEnabled,
            ExtendedSessionIdleTimeout = TimeSpan.FromSeconds(Math.Max(extension.ExtendedSessionIdleTimeoutInSeconds, 1)),
        };
        options.MaxConcurrentOrchestrations = extension.MaxConcurrentOrchestratorFunctions ?? options.MaxConcurrentOrchestrations;
        options.MaxConcurrentActivities = extension.MaxConcurrentActivityFunctions ?? options.MaxConcurrentActivities;
        options.MaxConcurrentEntities = extension.MaxConcurrentEntityFunctions ?? options.MaxConcurrentEntities;
        foreach (var (key, value) in given)
        {
            // What is none of this provider's settings may be one of another's, left in host.json for the day it is selected.
            if (Settings.TryGetValue(key, out var set))
            {
                Set(options, key, value, set);
            }
        }

        return options;
    }

    private static string DatabasePath(IDictionary<string, object> given, string ownHub, string hubName, IConfiguration configuration)
    {
        var setting = given.FirstOrDefault(pair => string.Equals(pair.Key, "path", StringComparison.OrdinalIgnoreCase)).Value;
        var path = setting is null ? DefaultPath : Text(setting);
        if (string.IsNullOrWhiteSpace(path))
        {
            throw Wrong("path", "is empty. Give the path of a file, or leave it out for one that is named after the task hub");
        }

        if (!path.Contains(HubPlaceholder, StringComparison.Ordinal) && !string.Equals(ownHub, hubName, StringComparison.OrdinalIgnoreCase))
        {
            throw Wrong("path", $"names one file, '{path}', but a client asks for the task hub '{hubName}' beside the app's own '{ownHub}'. Write {HubPlaceholder} into it");
        }

        var folder = configuration[StateFolderKey] ?? configuration[AppFolderKey] ?? Environment.CurrentDirectory;
        return Path.Combine(folder, path.Replace(HubPlaceholder, hubName, StringComparison.Ordinal));
    }

    private static void Set(SqliteOrchestrationServiceOptions options, string key, object value, Action<SqliteOrchestrationServiceOptions, string> set)
    {
        try
        {
            set(options, Text(value));
            options.Validate();
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw Wrong(key, $"is '{Text(value)}', which is wrong: {exception.Message}", exception);
        }
    }

    private static InvalidOperationException Wrong(string key, string what, Exception? inner = null) =>
        new($"In host.json, extensions.durableTask.storageProvider.{key} {what}.", inner);

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;

    private static int Integer(string value) => int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static long Long(string value) => long.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static TimeSpan Time(string value) => TimeSpan.ParseExact(value, ["c", "g"], CultureInfo.InvariantCulture);
}

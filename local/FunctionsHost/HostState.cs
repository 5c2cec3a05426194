using DurableMl.FunctionsHost.App;

namespace DurableMl.FunctionsHost;

/// <summary>Where the host is in its life.</summary>
internal enum HostPhase
{
    /// <summary>Worker or triggers are being started.</summary>
    Initializing,

    /// <summary>All is started.</summary>
    Running,

    /// <summary>The triggers could not be started, or stopped.</summary>
    Error,

    /// <summary>No new work is begun.</summary>
    Stopping,
}

/// <summary>What the host knows of itself, for its status.</summary>
internal sealed partial class HostState(string hostId, IReadOnlySet<string> disabled, ILogger<HostState> logger)
{
    /// <summary>Names this app towards storage; the same at each start.</summary>
    public string HostId { get; } = hostId;

    /// <summary>Functions that a setting disables.</summary>
    public IReadOnlySet<string> Disabled { get; } = disabled;

    /// <summary>Functions that cannot be started, and why.</summary>
    public Dictionary<string, string> Faults { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where it is in its life.</summary>
    public HostPhase Phase { get; set; }

    /// <summary>The functions that a setting of the form <c>AzureWebJobs.NAME.Disabled</c> turns off.</summary>
    public static IReadOnlySet<string> ReadDisabled(FunctionApp app, IConfiguration configuration) => app.Functions
        .Select(function => function.Name)
        .Where(name => IsTrue(configuration[$"AzureWebJobs.{name}.Disabled"]) || IsTrue(configuration[$"AzureWebJobs_{name}_Disabled"]))
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes every fault to the log.</summary>
    public void LogFaults()
    {
        foreach (var (function, reason) in Faults)
        {
            LogFault(logger, function, reason);
        }
    }

    /// <summary>Lets an invocation go on that nobody waits for. Its failure is in the log already, as every invocation's.</summary>
    public void Track(Task invocation, string function) => _ = TrackAsync(invocation, function);

    private static bool IsTrue(string? text) => text is "1" || (bool.TryParse(text, out var value) && value);

    private async Task TrackAsync(Task invocation, string function)
    {
        try
        {
            await invocation;
        }
        catch (Exception e)
        {
            LogInvocation(logger, function, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' is not started: {Reason}")]
    private static partial void LogFault(ILogger logger, string function, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The invocation of '{Function}' that was asked for failed: {Reason}")]
    private static partial void LogInvocation(ILogger logger, string function, string reason);
}

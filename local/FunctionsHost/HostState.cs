using System.Collections.Concurrent;
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
internal sealed class HostState(string hostId, IReadOnlySet<string> disabled, IEnumerable<KeyValuePair<string, string>> faults)
{
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Names this app towards storage; the same at each start.</summary>
    public string HostId { get; } = hostId;

    /// <summary>Functions that a setting disables.</summary>
    public IReadOnlySet<string> Disabled { get; } = disabled;

    /// <summary>Functions that cannot be started, and why.</summary>
    public ConcurrentDictionary<string, string> Faults { get; } = new(faults, StringComparer.OrdinalIgnoreCase);

    /// <summary>Functions whose trigger does not listen yet, and why; it is tried again and again.</summary>
    public ConcurrentDictionary<string, string> TriggerFaults { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Storage services that do not answer, by their address, and why.</summary>
    public ConcurrentDictionary<string, string> Outages { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Fails with a <see cref="TriggerBrokenException"/> when a trigger broke.</summary>
    public Task Broken => _broken.Task;

    /// <summary>Where it is in its life.</summary>
    public HostPhase Phase { get; set; }

    /// <summary>The functions that a setting of the form <c>AzureWebJobs.NAME.Disabled</c> turns off.</summary>
    public static IReadOnlySet<string> ReadDisabled(FunctionApp app, IConfiguration configuration) => app.Functions
        .Select(function => function.Name)
        .Where(name => IsTrue(configuration[$"AzureWebJobs.{name}.Disabled"]) || IsTrue(configuration[$"AzureWebJobs_{name}_Disabled"]))
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Says that a trigger broke.</summary>
    public void Break(string reason)
    {
        if (Phase != HostPhase.Stopping)
        {
            Phase = HostPhase.Error;
            _broken.TrySetException(new TriggerBrokenException(reason));
        }
    }

    private static bool IsTrue(string? text) => text is "1" || (bool.TryParse(text, out var value) && value);
}

/// <summary>A trigger broke in a way that only a new start mends.</summary>
/// <param name="reason">What it says.</param>
internal sealed class TriggerBrokenException(string reason) : Exception($"A trigger broke; start the host anew. {reason}");

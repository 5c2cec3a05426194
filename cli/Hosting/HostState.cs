using DurableMl.Cli.Processes;

namespace DurableMl.Cli.Hosting;

/// <summary>What a running <c>up</c> writes down for other invocations and for the next one after a crash.</summary>
internal sealed record HostState
{
    /// <summary>The <c>up</c> itself.</summary>
    public required ProcessIdentity Up { get; init; }

    /// <summary>The ports in use.</summary>
    public required HostPorts Ports { get; init; }

    /// <summary>Whether everything answered.</summary>
    public bool Ready { get; init; }

    /// <summary>The children by name.</summary>
    public IReadOnlyDictionary<string, ProcessIdentity> Services { get; init; } = new Dictionary<string, ProcessIdentity>(StringComparer.Ordinal);
}

namespace DurableMl.Cli.Hosting;

/// <summary>Which ports the person at the terminal asked for; null where any will do.</summary>
internal sealed record PortRequest
{
    /// <summary>For the Functions host.</summary>
    public int? Functions { get; init; }

    /// <summary>For Azurite's blobs.</summary>
    public int? Blob { get; init; }

    /// <summary>For Azurite's queues.</summary>
    public int? Queue { get; init; }

    /// <summary>For Azurite's tables.</summary>
    public int? Table { get; init; }

    /// <summary>For the Batch emulator.</summary>
    public int? Batch { get; init; }
}

using System.Text.Json.Serialization;

namespace DurableMl.Local.BatchEmulator.Faults;

/// <summary>Something that is to go wrong, when it next comes up.</summary>
internal sealed class Fault
{
    /// <summary>Given by the emulator.</summary>
    public int Id { get; set; }

    /// <summary>What goes wrong.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
    public FaultKind Kind { get; set; }

    /// <summary>For requests: the method; any when absent.</summary>
    public string? Method { get; set; }

    /// <summary>For requests: the path, with * as a wildcard; any when absent.</summary>
    public string? Path { get; set; }

    /// <summary>For nodes: the pool; any when absent.</summary>
    public string? Pool { get; set; }

    /// <summary>For image pulls: the image, with * as a wildcard; any when absent.</summary>
    public string? Image { get; set; }

    /// <summary>How often it is to happen; until deleted when absent.</summary>
    public int? Count { get; set; }

    /// <summary>For throttled requests: seconds in Retry-After. For delayed ones: seconds they take longer.</summary>
    public double Seconds { get; set; } = 1;

    /// <summary>For quotas: nodes that the pool can have, of each kind.</summary>
    public int MaxNodes { get; set; }
}

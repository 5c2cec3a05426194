using System.Runtime.InteropServices;

namespace Microsoft.DurableTask.Worker;

/// <summary>What an orchestration filter decides by.</summary>
[StructLayout(LayoutKind.Auto)]
public struct OrchestrationFilterParameters
{
    /// <summary>The orchestrator's name.</summary>
    public string? Name { get; init; }

    /// <summary>The instance's tags.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

using System.Runtime.InteropServices;

namespace Microsoft.DurableTask.Client.Entities;

/// <summary>What a cleaning of the store of entities did.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CleanEntityStorageResult
{
    /// <summary>Entities removed.</summary>
    public int EmptyEntitiesRemoved { get; init; }

    /// <summary>Locks released.</summary>
    public int OrphanedLocksReleased { get; init; }

    /// <summary>Where to go on; <c>null</c> when everything was cleaned.</summary>
    public string? ContinuationToken { get; init; }
}

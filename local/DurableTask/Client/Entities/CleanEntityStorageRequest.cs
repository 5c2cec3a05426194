using System.Runtime.InteropServices;

namespace Microsoft.DurableTask.Client.Entities;

/// <summary>What to clean in the store of entities.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CleanEntityStorageRequest
{
    /// <summary>Both kinds of cleaning.</summary>
    public static CleanEntityStorageRequest Default { get; } = new() { RemoveEmptyEntities = true, ReleaseOrphanedLocks = true };

    /// <summary>Whether to remove entities without state, locks and waiting operations.</summary>
    public bool RemoveEmptyEntities { get; init; }

    /// <summary>Whether to release locks held by orchestrations that no longer run.</summary>
    public bool ReleaseOrphanedLocks { get; init; }

    /// <summary>Where to go on.</summary>
    public string? ContinuationToken { get; init; }
}

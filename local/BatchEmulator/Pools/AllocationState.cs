namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>Whether the number of nodes of a pool is changing.</summary>
internal static class AllocationState
{
    public const string Steady = "steady";
    public const string Resizing = "resizing";
    public const string Stopping = "stopping";
}

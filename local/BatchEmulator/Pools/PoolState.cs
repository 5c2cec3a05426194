namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>States of a pool.</summary>
internal static class PoolState
{
    public const string Active = "active";
    public const string Deleting = "deleting";
}

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>A pool that the emulator makes at its start.</summary>
public sealed class SeedPoolOptions
{
    /// <summary>The pool's id.</summary>
    public string Id { get; set; } = "";

    /// <summary>The size that nodes claim to have.</summary>
    public string VmSize { get; set; } = "Standard_D2s_v5";

    /// <summary>Dedicated nodes.</summary>
    public int TargetDedicatedNodes { get; set; }

    /// <summary>Spot nodes.</summary>
    public int TargetLowPriorityNodes { get; set; }

    /// <summary>Tasks that run on a node at once.</summary>
    public int TaskSlotsPerNode { get; set; } = 1;

    /// <summary>Needed for multi-instance tasks.</summary>
    public bool EnableInterNodeCommunication { get; set; }
}

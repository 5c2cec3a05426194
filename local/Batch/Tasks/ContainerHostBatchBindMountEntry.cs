namespace Azure.Compute.Batch;

/// <summary>A folder of the node that a container sees.</summary>
public class ContainerHostBatchBindMountEntry
{
    /// <summary>Creates one with nothing set.</summary>
    public ContainerHostBatchBindMountEntry()
    {
    }

    /// <summary>What to mount.</summary>
    public ContainerHostDataPath? Source { get; set; }

    /// <summary>Whether it cannot be written to.</summary>
    public bool? IsReadOnly { get; set; }
}

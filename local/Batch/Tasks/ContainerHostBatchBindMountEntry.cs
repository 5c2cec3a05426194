namespace Azure.Compute.Batch;

/// <summary>Container host bind mount entry of the Batch service.</summary>
public class ContainerHostBatchBindMountEntry
{
    /// <summary>Creates one with nothing set.</summary>
    public ContainerHostBatchBindMountEntry()
    {
    }

    /// <summary>The source.</summary>
    public ContainerHostDataPath? Source { get; set; }

    /// <summary>The is read only.</summary>
    public bool? IsReadOnly { get; set; }
}

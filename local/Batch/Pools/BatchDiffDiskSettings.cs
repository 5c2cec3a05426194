namespace Azure.Compute.Batch;

/// <summary>Settings of an ephemeral disk.</summary>
public class BatchDiffDiskSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchDiffDiskSettings()
    {
    }

    /// <summary>Where the operating system's disk is.</summary>
    public DiffDiskPlacement? Placement { get; set; }
}

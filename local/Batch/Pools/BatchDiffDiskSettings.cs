namespace Azure.Compute.Batch;

/// <summary>Diff disk settings of the Batch service.</summary>
public class BatchDiffDiskSettings
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchDiffDiskSettings()
    {
    }

    /// <summary>The placement.</summary>
    public DiffDiskPlacement? Placement { get; set; }
}

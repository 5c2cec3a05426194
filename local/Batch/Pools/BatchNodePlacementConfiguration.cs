namespace Azure.Compute.Batch;

/// <summary>Node placement configuration of the Batch service.</summary>
public class BatchNodePlacementConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodePlacementConfiguration()
    {
    }

    /// <summary>Policy.</summary>
    public BatchNodePlacementPolicyType? Policy { get; set; }
}

namespace Azure.Compute.Batch;

/// <summary>How nodes are spread over zones.</summary>
public class BatchNodePlacementConfiguration
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodePlacementConfiguration()
    {
    }

    /// <summary>Policy.</summary>
    public BatchNodePlacementPolicyType? Policy { get; set; }
}

namespace Azure.Compute.Batch;

/// <summary>The nodes of a pool by state.</summary>
public class BatchPoolNodeCounts
{
    internal BatchPoolNodeCounts()
    {
    }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>Dedicated nodes by state.</summary>
    public BatchNodeCounts Dedicated { get; internal set; }

    /// <summary>Spot nodes by state.</summary>
    public BatchNodeCounts LowPriority { get; internal set; }
}

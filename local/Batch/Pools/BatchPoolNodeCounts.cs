namespace Azure.Compute.Batch;

/// <summary>Pool node counts of the Batch service.</summary>
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

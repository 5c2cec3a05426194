namespace Azure.Compute.Batch;

/// <summary>How tasks are spread over nodes.</summary>
public class BatchTaskSchedulingPolicy
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="nodeFillType">Whether tasks fill one node first or spread.</param>
    public BatchTaskSchedulingPolicy(BatchNodeFillType nodeFillType)
    {
        NodeFillType = nodeFillType;
    }

    internal BatchTaskSchedulingPolicy()
    {
    }

    /// <summary>Order among jobs of one priority.</summary>
    public BatchJobDefaultOrder? JobDefaultOrder { get; set; }

    /// <summary>Whether tasks fill one node first or spread.</summary>
    public BatchNodeFillType NodeFillType { get; set; }
}

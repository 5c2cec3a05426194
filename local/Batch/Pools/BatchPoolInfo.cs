namespace Azure.Compute.Batch;

/// <summary>The pool of a job: one there is, or one to create.</summary>
public class BatchPoolInfo
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPoolInfo()
    {
    }

    /// <summary>The pool.</summary>
    public string PoolId { get; set; }

    /// <summary>A pool that lives as long as the job.</summary>
    public BatchAutoPoolSpecification AutoPoolSpecification { get; set; }
}

namespace Azure.Compute.Batch;

/// <summary>Pool info of the Batch service.</summary>
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

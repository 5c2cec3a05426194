namespace Azure.Compute.Batch;

/// <summary>A pool that is created for a job.</summary>
public class BatchAutoPoolSpecification
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="poolLifetimeOption">Whether the pool belongs to the job or the schedule.</param>
    public BatchAutoPoolSpecification(BatchPoolLifetimeOption poolLifetimeOption)
    {
        PoolLifetimeOption = poolLifetimeOption;
    }

    internal BatchAutoPoolSpecification()
    {
    }

    /// <summary>Start of the pool's identifier, at most 20 characters.</summary>
    public string AutoPoolIdPrefix { get; set; }

    /// <summary>Whether the pool belongs to the job or the schedule.</summary>
    public BatchPoolLifetimeOption PoolLifetimeOption { get; set; }

    /// <summary>Whether the pool stays afterwards.</summary>
    public bool? KeepAlive { get; set; }

    /// <summary>The pool to create.</summary>
    public BatchPoolSpecification Pool { get; set; }
}

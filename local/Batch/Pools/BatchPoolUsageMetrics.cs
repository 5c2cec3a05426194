namespace Azure.Compute.Batch;

/// <summary>Pool usage metrics of the Batch service.</summary>
public class BatchPoolUsageMetrics
{
    internal BatchPoolUsageMetrics()
    {
    }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset EndTime { get; internal set; }

    /// <summary>Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</summary>
    public string VmSize { get; internal set; }

    /// <summary>The total core hours.</summary>
    public float TotalCoreHours { get; internal set; }
}

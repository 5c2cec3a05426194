namespace Azure.Compute.Batch;

/// <summary>Core hours of a pool in an interval.</summary>
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

    /// <summary>Core hours of the interval.</summary>
    public float TotalCoreHours { get; internal set; }
}

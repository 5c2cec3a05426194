namespace Azure.Compute.Batch;

/// <summary>Task slots of a job by state.</summary>
public class BatchTaskSlotCounts
{
    internal BatchTaskSlotCounts()
    {
    }

    /// <summary>Waiting to run.</summary>
    public int Active { get; internal set; }

    /// <summary>Running, or being prepared to.</summary>
    public int Running { get; internal set; }

    /// <summary>Ended.</summary>
    public int Completed { get; internal set; }

    /// <summary>Ended well.</summary>
    public int Succeeded { get; internal set; }

    /// <summary>Ended badly.</summary>
    public int Failed { get; internal set; }
}

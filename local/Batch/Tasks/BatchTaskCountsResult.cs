namespace Azure.Compute.Batch;

/// <summary>Tasks and task slots of a job by state.</summary>
public class BatchTaskCountsResult
{
    internal BatchTaskCountsResult()
    {
    }

    /// <summary>Counted in tasks.</summary>
    public BatchTaskCounts TaskCounts { get; internal set; }

    /// <summary>Counted in slots.</summary>
    public BatchTaskSlotCounts TaskSlotCounts { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchTaskCountsResult(Response response) => BatchJson.Read<BatchTaskCountsResult>(response.Content);
}

namespace Azure.Compute.Batch;

/// <summary>A range of integer task identifiers, both ends included.</summary>
public class BatchTaskIdRange
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="start">First of the range.</param>
    /// <param name="end">Last of the range, included.</param>
    public BatchTaskIdRange(int start, int end)
    {
        Start = start;
        End = end;
    }

    internal BatchTaskIdRange()
    {
    }

    /// <summary>First of the range.</summary>
    public int Start { get; set; }

    /// <summary>Last of the range, included.</summary>
    public int End { get; set; }
}

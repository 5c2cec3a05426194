namespace Azure.Compute.Batch;

/// <summary>Why a job could not be scheduled.</summary>
public class BatchJobSchedulingError
{
    internal BatchJobSchedulingError()
    {
    }

    /// <summary>Whose fault it is.</summary>
    public BatchErrorSourceCategory Category { get; internal set; }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>More about it.</summary>
    public IList<NameValuePair> Details { get; internal set; } = new UnsetList<NameValuePair>();
}

namespace Azure.Compute.Batch;

/// <summary>An error of a node.</summary>
public class BatchNodeError
{
    internal BatchNodeError()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>More about it.</summary>
    public IList<NameValuePair> ErrorDetails { get; internal set; } = new UnsetList<NameValuePair>();
}

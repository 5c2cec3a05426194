namespace Azure.Compute.Batch;

/// <summary>Node error of the Batch service.</summary>
public class BatchNodeError
{
    internal BatchNodeError()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>The error details.</summary>
    public IList<NameValuePair> ErrorDetails { get; internal set; } = new UnsetList<NameValuePair>();
}

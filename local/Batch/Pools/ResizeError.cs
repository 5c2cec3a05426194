namespace Azure.Compute.Batch;

/// <summary>An error of a resize.</summary>
public class ResizeError
{
    internal ResizeError()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>More about it.</summary>
    public IList<NameValuePair> Values { get; internal set; } = new UnsetList<NameValuePair>();
}

namespace Azure.Compute.Batch;

/// <summary>Why a formula could not be evaluated.</summary>
public class AutoScaleRunError
{
    internal AutoScaleRunError()
    {
    }

    /// <summary>Code for programs.</summary>
    public string Code { get; internal set; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; internal set; }

    /// <summary>More about it.</summary>
    public IList<NameValuePair> Values { get; internal set; } = new UnsetList<NameValuePair>();
}

namespace Azure.Compute.Batch;

/// <summary>More about an error.</summary>
public class BatchErrorDetail
{
    internal BatchErrorDetail()
    {
    }

    /// <summary>Name.</summary>
    public string Key { get; internal set; }

    /// <summary>Value.</summary>
    public string Value { get; internal set; }
}

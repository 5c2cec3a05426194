namespace Azure.Compute.Batch;

/// <summary>Error detail of the Batch service.</summary>
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

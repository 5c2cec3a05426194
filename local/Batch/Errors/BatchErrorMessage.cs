namespace Azure.Compute.Batch;

/// <summary>Error message of the Batch service.</summary>
public class BatchErrorMessage
{
    internal BatchErrorMessage()
    {
    }

    /// <summary>Language of the message.</summary>
    public string Lang { get; internal set; }

    /// <summary>Value.</summary>
    public string Value { get; internal set; }
}

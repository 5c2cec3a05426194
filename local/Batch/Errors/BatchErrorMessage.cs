namespace Azure.Compute.Batch;

/// <summary>Text of an error.</summary>
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

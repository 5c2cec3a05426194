namespace Azure.Compute.Batch;

/// <summary>A name and a value.</summary>
public class NameValuePair
{
    internal NameValuePair()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; internal set; }

    /// <summary>Value.</summary>
    public string Value { get; internal set; }
}

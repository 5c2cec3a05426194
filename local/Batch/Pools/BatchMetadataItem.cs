namespace Azure.Compute.Batch;

/// <summary>A name and a value of the user.</summary>
public class BatchMetadataItem
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    /// <param name="value">Value.</param>
    public BatchMetadataItem(string name, string value)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Value = value ?? throw new ArgumentNullException(nameof(value));
    }

    internal BatchMetadataItem()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Value.</summary>
    public string Value { get; set; }
}

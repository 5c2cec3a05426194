namespace Azure.Compute.Batch;

/// <summary>An HTTP header of an upload.</summary>
public class OutputFileUploadHeader
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    public OutputFileUploadHeader(string name)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
    }

    internal OutputFileUploadHeader()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Value.</summary>
    public string Value { get; set; }
}

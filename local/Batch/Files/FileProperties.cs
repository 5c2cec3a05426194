namespace Azure.Compute.Batch;

/// <summary>Properties of a file on a node.</summary>
public class FileProperties
{
    internal FileProperties()
    {
    }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreationTime { get; internal set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset LastModified { get; internal set; }

    /// <summary>Length in bytes.</summary>
    public long ContentLength { get; internal set; }

    /// <summary>Media type.</summary>
    public string ContentType { get; internal set; }

    /// <summary>Unix permissions, in octal.</summary>
    public string FileMode { get; internal set; }
}

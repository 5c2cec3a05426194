namespace Azure.Compute.Batch;

/// <summary>A tag of public addresses.</summary>
public class IPTag
{
    /// <summary>Creates one with nothing set.</summary>
    public IPTag()
    {
    }

    /// <summary>Kind of the tag.</summary>
    public string IpTagType { get; set; }

    /// <summary>The tag's value.</summary>
    public string Tag { get; set; }
}

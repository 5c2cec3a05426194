namespace Azure.Compute.Batch;

/// <summary>Iptag of the Batch service.</summary>
public class IPTag
{
    /// <summary>Creates one with nothing set.</summary>
    public IPTag()
    {
    }

    /// <summary>The ip tag type.</summary>
    public string IpTagType { get; set; }

    /// <summary>The tag.</summary>
    public string Tag { get; set; }
}

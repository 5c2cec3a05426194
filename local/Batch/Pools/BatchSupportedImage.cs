using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Supported image of the Batch service.</summary>
public class BatchSupportedImage
{
    internal BatchSupportedImage()
    {
    }

    /// <summary>The node agent that fits the image, such as <c>batch.node.ubuntu 24.04</c>.</summary>
    [JsonPropertyName("nodeAgentSKUId")]
    public string NodeAgentSkuId { get; internal set; }

    /// <summary>Image of the virtual machines.</summary>
    public BatchVmImageReference ImageReference { get; internal set; }

    /// <summary>The os type.</summary>
    public OSType OsType { get; internal set; }

    /// <summary>The capabilities.</summary>
    public IList<string> Capabilities { get; internal set; } = new UnsetList<string>();

    /// <summary>The batch support end of life.</summary>
    public DateTimeOffset? BatchSupportEndOfLife { get; internal set; }

    /// <summary>The verification type.</summary>
    public ImageVerificationType VerificationType { get; internal set; }
}

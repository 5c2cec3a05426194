using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>An image that nodes can have.</summary>
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

    /// <summary>Operating system.</summary>
    public OSType OsType { get; internal set; }

    /// <summary>What the image can do, such as <c>DockerCompatible</c>.</summary>
    public IList<string> Capabilities { get; internal set; } = new UnsetList<string>();

    /// <summary>When support ends; null if not known.</summary>
    public DateTimeOffset? BatchSupportEndOfLife { get; internal set; }

    /// <summary>Whether the service has verified the image.</summary>
    public ImageVerificationType VerificationType { get; internal set; }
}

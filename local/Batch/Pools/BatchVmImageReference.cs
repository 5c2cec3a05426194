using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>An image: of the marketplace, or of a gallery.</summary>
public class BatchVmImageReference
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchVmImageReference()
    {
    }

    /// <summary>Publisher of the image.</summary>
    public string Publisher { get; set; }

    /// <summary>Offer of the image.</summary>
    public string Offer { get; set; }

    /// <summary>Kind of the image.</summary>
    public string Sku { get; set; }

    /// <summary>Version; the latest by default.</summary>
    public string Version { get; set; }

    /// <summary>Resource identifier of an image of the Azure Compute Gallery.</summary>
    public ResourceIdentifier VirtualMachineImageId { get; set; }

    /// <summary>Identifier of an image of a shared gallery.</summary>
    public string SharedGalleryImageId { get; set; }

    /// <summary>Identifier of an image of a community gallery.</summary>
    public string CommunityGalleryImageId { get; set; }

    /// <summary>The version that was installed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string ExactVersion { get; internal set; }
}

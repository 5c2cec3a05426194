using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Vm image reference of the Batch service.</summary>
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

    /// <summary>The virtual machine image id.</summary>
    public ResourceIdentifier VirtualMachineImageId { get; set; }

    /// <summary>The shared gallery image id.</summary>
    public string SharedGalleryImageId { get; set; }

    /// <summary>The community gallery image id.</summary>
    public string CommunityGalleryImageId { get; set; }

    /// <summary>The exact version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string ExactVersion { get; internal set; }
}

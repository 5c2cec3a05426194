using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Image, disks and containers of nodes.</summary>
public class VirtualMachineConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="imageReference">Image of the virtual machines.</param>
    /// <param name="nodeAgentSkuId">The node agent that fits the image, such as <c>batch.node.ubuntu 24.04</c>.</param>
    public VirtualMachineConfiguration(BatchVmImageReference imageReference, string nodeAgentSkuId)
    {
        ImageReference = imageReference ?? throw new ArgumentNullException(nameof(imageReference));
        NodeAgentSkuId = nodeAgentSkuId ?? throw new ArgumentNullException(nameof(nodeAgentSkuId));
    }

    internal VirtualMachineConfiguration()
    {
    }

    /// <summary>Image of the virtual machines.</summary>
    public BatchVmImageReference ImageReference { get; set; }

    /// <summary>The node agent that fits the image, such as <c>batch.node.ubuntu 24.04</c>.</summary>
    [JsonPropertyName("nodeAgentSKUId")]
    public string NodeAgentSkuId { get; set; }

    /// <summary>What holds on Windows only.</summary>
    public WindowsConfiguration WindowsConfiguration { get; set; }

    /// <summary>More disks.</summary>
    public IList<DataDisk> DataDisks { get; internal set; } = new UnsetList<DataDisk>();

    /// <summary>Which licence is brought along.</summary>
    public string LicenseType { get; set; }

    /// <summary>Containers for tasks; null when tasks run on the node itself.</summary>
    public BatchContainerConfiguration ContainerConfiguration { get; set; }

    /// <summary>Which disks are encrypted.</summary>
    public DiskEncryptionConfiguration DiskEncryptionConfiguration { get; set; }

    /// <summary>How nodes are spread over zones.</summary>
    public BatchNodePlacementConfiguration NodePlacementConfiguration { get; set; }

    /// <summary>Extensions to install.</summary>
    public IList<VMExtension> Extensions { get; internal set; } = new UnsetList<VMExtension>();

    /// <summary>Disk of the operating system.</summary>
    public BatchOsDisk OsDisk { get; set; }

    /// <summary>Security of the machine or disk.</summary>
    public SecurityProfile SecurityProfile { get; set; }

    /// <summary>Which versions of images to roll out.</summary>
    public ServiceArtifactReference ServiceArtifactReference { get; set; }
}

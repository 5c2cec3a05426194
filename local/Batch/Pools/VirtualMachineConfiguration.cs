using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Virtual machine configuration of the Batch service.</summary>
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

    /// <summary>The windows configuration.</summary>
    public WindowsConfiguration WindowsConfiguration { get; set; }

    /// <summary>The data disks.</summary>
    public IList<DataDisk> DataDisks { get; internal set; } = new UnsetList<DataDisk>();

    /// <summary>The license type.</summary>
    public string LicenseType { get; set; }

    /// <summary>Containers for tasks; null when tasks run on the node itself.</summary>
    public BatchContainerConfiguration ContainerConfiguration { get; set; }

    /// <summary>The disk encryption configuration.</summary>
    public DiskEncryptionConfiguration DiskEncryptionConfiguration { get; set; }

    /// <summary>The node placement configuration.</summary>
    public BatchNodePlacementConfiguration NodePlacementConfiguration { get; set; }

    /// <summary>The extensions.</summary>
    public IList<VMExtension> Extensions { get; internal set; } = new UnsetList<VMExtension>();

    /// <summary>The os disk.</summary>
    public BatchOsDisk OsDisk { get; set; }

    /// <summary>The security profile.</summary>
    public SecurityProfile SecurityProfile { get; set; }

    /// <summary>The service artifact reference.</summary>
    public ServiceArtifactReference ServiceArtifactReference { get; set; }
}

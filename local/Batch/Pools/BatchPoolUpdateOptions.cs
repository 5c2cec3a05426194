using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Changes of a pool; what is not set stays.</summary>
public class BatchPoolUpdateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchPoolUpdateOptions()
    {
    }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</summary>
    public string VmSize { get; set; }

    /// <summary>Whether nodes can talk to each other; needed by multi-instance tasks.</summary>
    public bool? EnableInterNodeCommunication { get; set; }

    /// <summary>Task that runs on each node when it joins the pool or restarts.</summary>
    public BatchStartTask StartTask { get; set; }

    /// <summary>Application packages to put on the node.</summary>
    public IList<BatchApplicationPackageReference> ApplicationPackageReferences { get; internal set; } = new UnsetList<BatchApplicationPackageReference>();

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>Image, disks and containers of the nodes.</summary>
    public VirtualMachineConfiguration VirtualMachineConfiguration { get; set; }

    /// <summary>How many task slots a node has: at most 4 per core and 256; 1 by default.</summary>
    public int? TaskSlotsPerNode { get; set; }

    /// <summary>How tasks are spread over nodes.</summary>
    public BatchTaskSchedulingPolicy TaskSchedulingPolicy { get; set; }

    /// <summary>Network of the nodes.</summary>
    public NetworkConfiguration NetworkConfiguration { get; set; }

    /// <summary>Users to create on each node.</summary>
    public IList<UserAccount> UserAccounts { get; internal set; } = new UnsetList<UserAccount>();

    /// <summary>File systems to mount on each node.</summary>
    public IList<MountConfiguration> MountConfiguration { get; internal set; } = new UnsetList<MountConfiguration>();

    /// <summary>How the operating system is upgraded.</summary>
    public UpgradePolicy UpgradePolicy { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchPoolUpdateOptions batchPoolUpdateOptions) => batchPoolUpdateOptions is null ? null : BatchJson.Content(batchPoolUpdateOptions);
}

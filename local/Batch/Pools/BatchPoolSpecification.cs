namespace Azure.Compute.Batch;

/// <summary>A pool to create for a job.</summary>
public class BatchPoolSpecification
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="vmSize">Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</param>
    public BatchPoolSpecification(string vmSize)
    {
        VmSize = vmSize ?? throw new ArgumentNullException(nameof(vmSize));
    }

    internal BatchPoolSpecification()
    {
    }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</summary>
    public string VmSize { get; set; }

    /// <summary>Image, disks and containers of the nodes.</summary>
    public VirtualMachineConfiguration VirtualMachineConfiguration { get; set; }

    /// <summary>How many task slots a node has: at most 4 per core and 256; 1 by default.</summary>
    public int? TaskSlotsPerNode { get; set; }

    /// <summary>How tasks are spread over nodes.</summary>
    public BatchTaskSchedulingPolicy TaskSchedulingPolicy { get; set; }

    /// <summary>How long a resize may take: at least 5 minutes; 15 by default.</summary>
    public TimeSpan? ResizeTimeout { get; set; }

    /// <summary>Wanted number of dedicated nodes.</summary>
    public int? TargetDedicatedNodes { get; set; }

    /// <summary>Wanted number of spot nodes.</summary>
    public int? TargetLowPriorityNodes { get; set; }

    /// <summary>Whether a formula decides the number of nodes.</summary>
    public bool? EnableAutoScale { get; set; }

    /// <summary>Autoscale formula, at most 8 KB.</summary>
    public string AutoScaleFormula { get; set; }

    /// <summary>How often the formula is evaluated: 5 minutes to 168 hours; 15 minutes by default.</summary>
    public TimeSpan? AutoScaleEvaluationInterval { get; set; }

    /// <summary>Whether nodes can talk to each other; needed by multi-instance tasks.</summary>
    public bool? EnableInterNodeCommunication { get; set; }

    /// <summary>Network of the nodes.</summary>
    public NetworkConfiguration NetworkConfiguration { get; set; }

    /// <summary>Task that runs on each node when it joins the pool or restarts.</summary>
    public BatchStartTask StartTask { get; set; }

    /// <summary>Application packages to put on the node.</summary>
    public IList<BatchApplicationPackageReference> ApplicationPackageReferences { get; internal set; } = new UnsetList<BatchApplicationPackageReference>();

    /// <summary>Users to create on each node.</summary>
    public IList<UserAccount> UserAccounts { get; internal set; } = new UnsetList<UserAccount>();

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>File systems to mount on each node.</summary>
    public IList<MountConfiguration> MountConfiguration { get; internal set; } = new UnsetList<MountConfiguration>();

    /// <summary>How the operating system is upgraded.</summary>
    public UpgradePolicy UpgradePolicy { get; set; }
}

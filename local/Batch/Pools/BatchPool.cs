using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A pool of nodes.</summary>
public class BatchPool
{
    internal BatchPool()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; internal set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; internal set; }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    public Uri Uri { get; internal set; }

    /// <summary>Version of the resource; changes with every change.</summary>
    public ETag ETag { get; internal set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset LastModified { get; internal set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreationTime { get; internal set; }

    /// <summary>Current state.</summary>
    public BatchPoolState State { get; internal set; }

    /// <summary>When it entered its state.</summary>
    public DateTimeOffset StateTransitionTime { get; internal set; }

    /// <summary>Whether the pool is being resized.</summary>
    public AllocationState? AllocationState { get; internal set; }

    /// <summary>When it entered its allocation state.</summary>
    public DateTimeOffset? AllocationStateTransitionTime { get; internal set; }

    /// <summary>Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</summary>
    public string VmSize { get; internal set; }

    /// <summary>Image, disks and containers of the nodes.</summary>
    public VirtualMachineConfiguration VirtualMachineConfiguration { get; internal set; }

    /// <summary>How long a resize may take: at least 5 minutes; 15 by default.</summary>
    public TimeSpan? ResizeTimeout { get; internal set; }

    /// <summary>Errors of the last resize.</summary>
    public IReadOnlyList<ResizeError> ResizeErrors { get; internal set; } = new UnsetList<ResizeError>();

    /// <summary>Number of dedicated nodes there are.</summary>
    public int CurrentDedicatedNodes { get; internal set; }

    /// <summary>Number of spot nodes there are, preempted ones included.</summary>
    public int CurrentLowPriorityNodes { get; internal set; }

    /// <summary>Wanted number of dedicated nodes.</summary>
    public int? TargetDedicatedNodes { get; internal set; }

    /// <summary>Wanted number of spot nodes.</summary>
    public int? TargetLowPriorityNodes { get; internal set; }

    /// <summary>Whether a formula decides the number of nodes.</summary>
    public bool? EnableAutoScale { get; internal set; }

    /// <summary>Autoscale formula, at most 8 KB.</summary>
    public string AutoScaleFormula { get; internal set; }

    /// <summary>How often the formula is evaluated: 5 minutes to 168 hours; 15 minutes by default.</summary>
    public TimeSpan? AutoScaleEvaluationInterval { get; internal set; }

    /// <summary>Result of the last evaluation of the formula.</summary>
    public AutoScaleRun AutoScaleRun { get; internal set; }

    /// <summary>Whether nodes can talk to each other; needed by multi-instance tasks.</summary>
    public bool? EnableInterNodeCommunication { get; internal set; }

    /// <summary>Network of the nodes.</summary>
    public NetworkConfiguration NetworkConfiguration { get; internal set; }

    /// <summary>Task that runs on each node when it joins the pool or restarts.</summary>
    public BatchStartTask StartTask { get; internal set; }

    /// <summary>Application packages to put on the node.</summary>
    public IReadOnlyList<BatchApplicationPackageReference> ApplicationPackageReferences { get; internal set; } = new UnsetList<BatchApplicationPackageReference>();

    /// <summary>How many task slots a node has: at most 4 per core and 256; 1 by default.</summary>
    public int? TaskSlotsPerNode { get; internal set; }

    /// <summary>How tasks are spread over nodes.</summary>
    public BatchTaskSchedulingPolicy TaskSchedulingPolicy { get; internal set; }

    /// <summary>Users to create on each node.</summary>
    public IReadOnlyList<UserAccount> UserAccounts { get; internal set; } = new UnsetList<UserAccount>();

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IReadOnlyList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>Statistics of its whole life; only with <c>$expand=stats</c>.</summary>
    [JsonPropertyName("stats")]
    public BatchPoolStatistics PoolStatistics { get; internal set; }

    /// <summary>File systems to mount on each node.</summary>
    public IReadOnlyList<MountConfiguration> MountConfiguration { get; internal set; } = new UnsetList<MountConfiguration>();

    /// <summary>Managed identities of the nodes.</summary>
    public BatchPoolIdentity Identity { get; internal set; }

    /// <summary>How the operating system is upgraded.</summary>
    public UpgradePolicy UpgradePolicy { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchPool(Response response) => BatchJson.Read<BatchPool>(response.Content);
}

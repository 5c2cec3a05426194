using System.Net;
using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A node of a pool.</summary>
public class BatchNode
{
    internal BatchNode()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; internal set; }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    public Uri Uri { get; internal set; }

    /// <summary>Current state.</summary>
    public BatchNodeState State { get; internal set; }

    /// <summary>Whether tasks are scheduled on it.</summary>
    public SchedulingState? SchedulingState { get; internal set; }

    /// <summary>When it entered its state.</summary>
    public DateTimeOffset StateTransitionTime { get; internal set; }

    /// <summary>When it last started.</summary>
    public DateTimeOffset LastBootTime { get; internal set; }

    /// <summary>When it joined the pool.</summary>
    public DateTimeOffset AllocationTime { get; internal set; }

    /// <summary>Address within the pool's network.</summary>
    public IPAddress IpAddress { get; internal set; }

    /// <summary>IPv6 address within the pool's network.</summary>
    public IPAddress Ipv6Address { get; internal set; }

    /// <summary>Handle of the node, for tasks that prefer it.</summary>
    public string AffinityId { get; internal set; }

    /// <summary>Size of the virtual machines, such as <c>Standard_NC4as_T4_v3</c>.</summary>
    public string VmSize { get; internal set; }

    /// <summary>How many tasks it ran.</summary>
    public int TotalTasksRun { get; internal set; }

    /// <summary>How many tasks it runs now.</summary>
    public int? RunningTasksCount { get; internal set; }

    /// <summary>How many slots are taken.</summary>
    public int? RunningTaskSlotsCount { get; internal set; }

    /// <summary>How many tasks succeeded on it.</summary>
    public int? TotalTasksSucceeded { get; internal set; }

    /// <summary>Its latest tasks.</summary>
    public IReadOnlyList<BatchTaskInfo> RecentTasks { get; internal set; } = new UnsetList<BatchTaskInfo>();

    /// <summary>Task that runs on each node when it joins the pool or restarts.</summary>
    public BatchStartTask StartTask { get; internal set; }

    /// <summary>How the start task went.</summary>
    public BatchStartTaskInfo StartTaskInfo { get; internal set; }

    /// <summary>Its errors.</summary>
    public IReadOnlyList<BatchNodeError> Errors { get; internal set; } = new UnsetList<BatchNodeError>();

    /// <summary>Whether it is a dedicated node and not a spot one.</summary>
    public bool? IsDedicated { get; internal set; }

    /// <summary>Which ports of the nodes can be reached from outside.</summary>
    public BatchNodeEndpointConfiguration EndpointConfiguration { get; internal set; }

    /// <summary>The service's agent on the node.</summary>
    public BatchNodeAgentInfo NodeAgentInfo { get; internal set; }

    /// <summary>The machine behind the node.</summary>
    public VirtualMachineInfo VirtualMachineInfo { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchNode(Response response) => BatchJson.Read<BatchNode>(response.Content);
}

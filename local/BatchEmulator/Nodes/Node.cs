using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;

namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>A virtual node: a directory, a number of task slots and a state.</summary>
internal sealed class Node : Resource
{
    public const string ResourceKind = "node";

    public required string PoolId { get; init; }

    public required bool Dedicated { get; init; }

    public required string IpAddress { get; init; }

    public StateHistory State { get; set; } = new();

    public bool SchedulingEnabled { get; set; } = true;

    public DateTimeOffset LastBootTime { get; set; }

    public DateTimeOffset AllocationTime { get; set; }

    public int TotalTasksRun { get; set; }

    public int TotalTasksSucceeded { get; set; }

    public JsonArray RecentTasks { get; set; } = [];

    public JsonObject? StartTaskInfo { get; set; }

    public JsonArray? Errors { get; set; }

    /// <summary>Counts boots, so that what was begun for an earlier boot can be told apart.</summary>
    public long Boots { get; set; }

    /// <summary>Counts disks: a preempted or reimaged node comes back with another one.</summary>
    public long Disks { get; set; }

    /// <summary>What runs here now.</summary>
    [JsonIgnore]
    public List<NodeWork> Work { get; } = [];

    [JsonIgnore]
    public int UsedSlots => Work.Sum(w => w.Slots);

    [JsonIgnore]
    public override string Kind => ResourceKind;

    [JsonIgnore]
    public override string Parent => PoolId;

    /// <summary>The state of a node that runs nothing.</summary>
    [JsonIgnore]
    public string RestingState => SchedulingEnabled ? NodeState.Idle : NodeState.Offline;

    /// <summary>Whether tasks may be assigned.</summary>
    [JsonIgnore]
    public bool TakesTasks => SchedulingEnabled && (State.Current is NodeState.Idle or NodeState.Running);
}

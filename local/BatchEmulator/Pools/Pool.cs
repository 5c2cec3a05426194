using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>A pool of virtual nodes.</summary>
internal sealed class Pool : Resource
{
    public const string ResourceKind = "pool";

    public StateHistory State { get; set; } = new();

    public string AllocationState { get; set; } = Pools.AllocationState.Steady;

    public DateTimeOffset AllocationStateSince { get; set; }

    public int TargetDedicatedNodes { get; set; }

    public int TargetLowPriorityNodes { get; set; }

    public JsonArray? ResizeErrors { get; set; }

    public JsonObject? AutoScaleRun { get; set; }

    public DateTimeOffset? AutoScaleEnabledAt { get; set; }

    [JsonIgnore]
    public List<Node> Nodes { get; } = [];

    [JsonIgnore]
    public override string Kind => ResourceKind;

    [JsonIgnore]
    public int TaskSlotsPerNode => Definition.Integer("taskSlotsPerNode") ?? 1;

    [JsonIgnore]
    public bool AutoScaleEnabled => Definition.Flag("enableAutoScale");

    [JsonIgnore]
    public bool InterNodeCommunication => Definition.Flag("enableInterNodeCommunication");

    [JsonIgnore]
    public bool Packs => Definition.Object("taskSchedulingPolicy")?.Text("nodeFillType") == "pack";

    [JsonIgnore]
    public bool Deleting => State.Current == PoolState.Deleting;

    /// <summary>The node, by id without case.</summary>
    public Node? Node(string nodeId) => Nodes.Find(n => string.Equals(n.Id, nodeId, StringComparison.OrdinalIgnoreCase));
}

using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>What a job has prepared, and released, on a node.</summary>
internal sealed class JobNode
{
    public required string PoolId { get; init; }

    public required string NodeId { get; init; }

    /// <summary>The boot of the node that was prepared.</summary>
    public long Boots { get; set; }

    /// <summary>The disk of the node that was prepared.</summary>
    public long Disks { get; set; }

    public JsonObject? Preparation { get; set; }

    public JsonObject? Release { get; set; }

    /// <summary>Whether the preparation has succeeded on what the node is now.</summary>
    public bool IsPrepared(Node node, bool again) => Ended("success") && Disks == node.Disks && (!again || Boots == node.Boots);

    /// <summary>Whether the preparation has failed for good on what the node is now.</summary>
    public bool HasFailed(Node node) => Ended("failure") && Disks == node.Disks && Boots == node.Boots;

    private bool Ended(string result) => Preparation?.Text("state") == "completed" && Preparation.Text("result") == result;
}

using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>One instance of a multi-instance task on a node other than the primary's.</summary>
internal sealed class SubtaskRun(Node node, Subtask subtask) : NodeWork(node, 1)
{
    public Subtask Subtask { get; } = subtask;
}

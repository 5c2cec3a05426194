using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>One instance of a multi-instance task on a node other than the primary's.</summary>
/// <param name="node">The node.</param>
/// <param name="id">The instance, from 1; its record is the task's <see cref="Subtask"/> of that id.</param>
internal sealed class SubtaskRun(Node node, int id) : NodeWork(node, 1)
{
    public int Id { get; } = id;
}

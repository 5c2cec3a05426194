using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>One assignment of a task to a node, from there to its outcome.</summary>
internal sealed class TaskRun(Job job, BatchTask task, Pool pool, Node node, int slots, IReadOnlyList<SubtaskRun> subtasks) : NodeWork(node, slots)
{
    public Job Job { get; } = job;

    public BatchTask Task { get; } = task;

    public Pool Pool { get; } = pool;

    /// <summary>The other instances of a multi-instance task; ids from 1 up.</summary>
    public IReadOnlyList<SubtaskRun> Subtasks { get; } = subtasks;

    /// <summary>All its work on nodes, the primary first.</summary>
    public IEnumerable<NodeWork> Instances => Subtasks.Prepend<NodeWork>(this);
}

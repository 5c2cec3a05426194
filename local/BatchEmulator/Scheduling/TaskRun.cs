using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>One assignment of a task to a node, from there to its outcome.</summary>
internal sealed class TaskRun(Job job, BatchTask task, Pool pool, Node node) : NodeWork(node, task.RequiredSlots)
{
    public Job Job { get; } = job;

    public BatchTask Task { get; } = task;

    public Pool Pool { get; } = pool;
}

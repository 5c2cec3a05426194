using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.Autoscale;

/// <summary>The samples of a pool's metrics. Of a node's resources only the processor is sampled: the machine's, as all nodes share it.</summary>
internal sealed class PoolMetrics
{
    private readonly Dictionary<string, MetricHistory> metrics;

    public PoolMetrics() => metrics = ((string[])
        [
            "$ActiveTasks", "$RunningTasks", "$PendingTasks", "$SucceededTasks", "$FailedTasks", "$CurrentDedicatedNodes",
            "$CurrentLowPriorityNodes", "$PreemptedNodeCount", "$SampleNodeCount", "$CPUPercent",
        ]).ToDictionary(name => name, _ => new MetricHistory());

    /// <summary>By name, with the dollar sign.</summary>
    public IReadOnlyDictionary<string, MetricHistory> Histories => metrics;

    /// <summary>Takes a sample; called inside an update.</summary>
    public void Sample(BatchAccount account, Pool pool, double? processorPercent)
    {
        int active = 0, running = 0, succeeded = 0, failed = 0;
        foreach (var job in account.Jobs.Values.Where(j => string.Equals(j.PoolId, pool.Id, StringComparison.OrdinalIgnoreCase)))
        {
            active += job.State.Current == JobState.Active ? job.Ready.Values.Sum(t => t.Instances ?? 1) : 0;
            foreach (var task in job.Ordered)
            {
                running += task.State.Current is TaskState.Running or TaskState.Preparing ? task.Instances ?? 1 : 0;
                succeeded += task.Execution.Result == "success" ? 1 : 0;
                failed += task.State.Current == TaskState.Completed && task.Execution.Result == "failure" ? 1 : 0;
            }
        }

        var nodes = pool.Nodes.Where(n => n.State.Current != NodeState.Creating).ToList();
        Add("$ActiveTasks", active);
        Add("$RunningTasks", running);
        Add("$PendingTasks", active + running);
        Add("$SucceededTasks", succeeded);
        Add("$FailedTasks", failed);
        Add("$CurrentDedicatedNodes", nodes.Count(n => n.Dedicated));
        Add("$CurrentLowPriorityNodes", nodes.Count(n => !n.Dedicated));
        Add("$PreemptedNodeCount", nodes.Count(n => n.State.Current == NodeState.Preempted));
        Add("$SampleNodeCount", nodes.Count);
        if (processorPercent is { } percent)
        {
            Add("$CPUPercent", percent);
        }

        void Add(string name, double value) => metrics[name].Add(account.Now, value);
    }
}

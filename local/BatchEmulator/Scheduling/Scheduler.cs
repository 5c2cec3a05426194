using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Scheduling;

/// <summary>Assigns ready tasks to free slots: jobs by priority, tasks by order of creation.</summary>
internal sealed class Scheduler(BatchAccount account, TaskLifecycle tasks)
{
    /// <summary>Assigns what can be assigned. Called inside an update.</summary>
    public void Assign()
    {
        var jobs = account.Jobs.Values
            .Where(j => j.State.Current == JobState.Active && j.PoolId is not null && j.Ready.Count > 0)
            .GroupBy(j => j.PoolId!, StringComparer.OrdinalIgnoreCase);
        foreach (var group in jobs.ToList())
        {
            if (account.Pools.TryGetValue(group.Key, out var pool))
            {
                Assign(pool, [.. group.OrderByDescending(j => j.Priority).ThenBy(j => j.Sequence)]);
            }
        }
    }

    /// <summary>The slots the task takes: a job manager takes a whole node unless it says otherwise.</summary>
    public static int Slots(Pool pool, Job job, BatchTask task) =>
        job.IsManager(task) && job.Manager!.Flag("runExclusive", otherwise: true) ? pool.TaskSlotsPerNode : task.RequiredSlots;

    private static bool NeedsDedicated(Job job, BatchTask task) => job.IsManager(task) && !job.Manager!.Flag("allowLowPriorityNode", otherwise: true);

    private void Assign(Pool pool, IReadOnlyList<Job> jobs)
    {
        var free = pool.Nodes.Where(n => n.TakesTasks && n.UsedSlots < pool.TaskSlotsPerNode)
            .ToDictionary(n => n, n => pool.TaskSlotsPerNode - n.UsedSlots);
        var assignments = new List<(Job Job, BatchTask Task, IReadOnlyList<Node> Nodes)>();
        foreach (var job in jobs)
        {
            var running = job.RunningTasks;
            // A task that needs more slots than are free anywhere waits; smaller ones behind it need not.
            var tooMany = int.MaxValue;
            foreach (var task in job.Ready.Values)
            {
                if (free.Count == 0 || running >= job.MaxParallelTasks || tooMany == 1)
                {
                    break;
                }

                var slots = Slots(pool, job, task);
                if (slots >= tooMany)
                {
                    continue;
                }

                if (Choose(pool, free, job, task) is not { } nodes)
                {
                    // A multi-instance task that waits for nodes does not keep single ones from running.
                    tooMany = task.Instances > 1 || NeedsDedicated(job, task) ? tooMany : slots;
                    continue;
                }

                assignments.Add((job, task, nodes));
                running++;
                foreach (var node in nodes)
                {
                    free[node] -= slots;
                    if (free[node] == 0)
                    {
                        free.Remove(node);
                    }
                }
            }
        }

        foreach (var (job, task, nodes) in assignments)
        {
            tasks.Assign(job, task, pool, nodes);
        }

        Displace(pool, jobs);
    }

    /// <summary>
    /// Takes slots from running tasks of jobs that allow it, for waiting ones of jobs with higher priority: as many tasks as wait, less
    /// those that are on their way out already.
    /// </summary>
    private void Displace(Pool pool, IReadOnlyList<Job> jobs)
    {
        var runs = pool.Nodes.SelectMany(n => n.Work).OfType<TaskRun>().ToList();
        var leaving = runs.Count(r => r.Leaving == StopReason.Displaced);
        foreach (var job in jobs)
        {
            var waiting = Math.Min(job.Ready.Count, Math.Max(0, job.MaxParallelTasks - job.RunningTasks)) - leaving;
            leaving = Math.Max(0, -waiting);
            var displaced = runs.Where(r => !r.IsLeaving && r.Job.Priority < job.Priority && r.Job.Definition.Flag("allowTaskPreemption"))
                .OrderBy(r => r.Job.Priority).ThenByDescending(r => r.Task.Execution.StartTime);
            foreach (var run in displaced.Take(Math.Max(0, waiting)).ToList())
            {
                tasks.Displace(run);
            }
        }
    }

    /// <summary>The node the task asks for if it has room, else the emptiest (spread) or the fullest (pack) that has.</summary>
    private static IReadOnlyList<Node>? Choose(Pool pool, Dictionary<Node, int> free, Job job, BatchTask task)
    {
        var fitting = free.Where(n => n.Value >= Slots(pool, job, task) && (n.Key.Dedicated || !NeedsDedicated(job, task)) && !JobPreparations.IsBarred(job, n.Key)).ToList();
        if (fitting.Count < (task.Instances ?? 1))
        {
            return null;
        }

        if (task.Instances is { } instances)
        {
            // As the service: otherwise such a task stays active for good.
            return pool.InterNodeCommunication && pool.TaskSlotsPerNode == 1 ? [.. fitting.OrderBy(n => n.Key.Sequence).Take(instances).Select(n => n.Key)] : null;
        }

        if (task.Definition.Object("affinityInfo")?.Text("affinityId") is { } affinity)
        {
            var wanted = fitting.FirstOrDefault(n => NodeDocument.AffinityId(n.Key) == affinity).Key;
            if (wanted is not null)
            {
                return [wanted];
            }
        }

        return [pool.Packs ? fitting.MinBy(n => n.Value).Key : fitting.MaxBy(n => n.Value).Key];
    }
}

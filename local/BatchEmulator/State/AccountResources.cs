using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.JobSchedules;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Tasks;

namespace DurableMl.Local.BatchEmulator.State;

/// <summary>The account's resources: pools with their nodes, jobs with their tasks, job schedules. Ids have no case.</summary>
internal sealed class AccountResources
{
    public Dictionary<string, Pool> Pools { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, Job> Jobs { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, JobSchedule> JobSchedules { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Puts a resource where it belongs.</summary>
    public void Insert(Resource resource)
    {
        switch (resource)
        {
            case Pool pool:
                Pools.Add(pool.Id, pool);
                break;
            case Node node:
                Pools[node.PoolId].Nodes.Add(node);
                break;
            case Job job:
                Jobs.Add(job.Id, job);
                break;
            case JobSchedule schedule:
                JobSchedules.Add(schedule.Id, schedule);
                break;
            case BatchTask task:
                Jobs[task.JobId].Add(task);
                break;
        }
    }

    /// <summary>Takes a resource from where it belongs.</summary>
    public void Remove(Resource resource)
    {
        switch (resource)
        {
            case Pool pool:
                Pools.Remove(pool.Id);
                break;
            case Node node:
                Pools[node.PoolId].Nodes.Remove(node);
                break;
            case Job job:
                Jobs.Remove(job.Id);
                break;
            case JobSchedule schedule:
                JobSchedules.Remove(schedule.Id);
                break;
            case BatchTask task:
                Jobs[task.JobId].Remove(task);
                break;
        }
    }
}

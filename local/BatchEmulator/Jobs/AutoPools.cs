using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.JobSchedules;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>Pools that live as long as a job or a job schedule. Every member is called inside an update.</summary>
internal sealed class AutoPools(BatchAccount account, PoolLifecycle pools, FaultPlan faults)
{
    /// <summary>Gives the job its pool: a new one, or the one that the jobs of its schedule share.</summary>
    /// <returns>Why there is none, as schedulingError; null when there is one.</returns>
    public JsonObject? Provide(Job job, JobSchedule? schedule)
    {
        var specification = job.Definition.Object("poolInfo")!.Object("autoPoolSpecification")!;
        var shared = schedule is not null && specification.Text("poolLifetimeOption") == "jobschedule";
        if (shared && schedule!.AutoPoolId is { } existing && account.Pools.ContainsKey(existing))
        {
            job.PoolId = existing;
            return null;
        }

        if (faults.FailsPoolCreation())
        {
            return new JsonObject
            {
                ["category"] = "usererror",
                ["code"] = "AutoPoolCreationFailedWithQuotaReached",
                ["message"] = "The auto pool could not be created because the account's pool quota is reached",
            };
        }

        var definition = (JsonObject)specification["pool"]!.DeepClone();
        definition["id"] = (specification.Text("autoPoolIdPrefix") ?? "") + Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture).ToUpperInvariant();
        var pool = pools.Create(definition);
        job.PoolId = pool.Id;
        if (shared)
        {
            schedule!.AutoPoolId = pool.Id;
            account.Changed(schedule);
        }

        return null;
    }

    /// <summary>The job has ended: deletes the pool that was its own.</summary>
    public void JobEnded(Job job)
    {
        var specification = job.Definition.Object("poolInfo")?.Object("autoPoolSpecification");
        if (specification is not null && job.PoolId is { } poolId && (job.ScheduleId is null || specification.Text("poolLifetimeOption") == "job"))
        {
            Release(poolId, job.Definition);
        }
    }

    /// <summary>Deletes the pool unless its specification keeps it alive.</summary>
    public void Release(string poolId, JsonObject jobSpecification)
    {
        var keep = jobSpecification.Object("poolInfo")!.Object("autoPoolSpecification")!.Flag("keepAlive");
        if (!keep && account.Pools.GetValueOrDefault(poolId) is { Deleting: false } pool)
        {
            pools.Delete(pool);
        }
    }
}

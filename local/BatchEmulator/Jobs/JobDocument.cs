using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>A job as clients see it.</summary>
internal static class JobDocument
{
    /// <summary>Writes BatchJob.</summary>
    public static JsonObject Write(Job job, string baseUrl)
    {
        var json = (JsonObject)job.Definition.DeepClone();
        json["url"] = $"{baseUrl}/jobs/{job.Id}";
        json["eTag"] = job.ETag;
        json["lastModified"] = Iso8601.Time(job.LastModified);
        json["creationTime"] = Iso8601.Time(job.CreationTime);
        job.State.Write(json);
        json["priority"] = job.Priority;
        json.TryAdd("maxParallelTasks", -1);
        json.TryAdd("usesTaskDependencies", false);
        json.TryAdd("allowTaskPreemption", false);
        json.TryAdd("onAllTasksComplete", "noaction");
        json.TryAdd("onTaskFailure", "noaction");
        json.TryAdd("constraints", new JsonObject());
        json["constraints"]!.AsObject().TryAdd("maxWallClockTime", "P10675199DT2H48M5.4775807S");
        json["constraints"]!.AsObject().TryAdd("maxTaskRetryCount", 0);
        var execution = new JsonObject { ["startTime"] = Iso8601.Time(job.StartTime) };
        execution.Put("endTime", job.EndTime);
        execution.Put("poolId", job.PoolId);
        execution.Put("schedulingError", job.SchedulingError?.DeepClone());
        execution.Put("terminateReason", job.TerminateReason);
        json["executionInfo"] = execution;
        return json;
    }
}

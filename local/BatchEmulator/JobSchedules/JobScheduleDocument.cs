using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.JobSchedules;

/// <summary>A job schedule as clients see it.</summary>
internal static class JobScheduleDocument
{
    /// <summary>Writes BatchJobSchedule.</summary>
    public static JsonObject Write(JobSchedule schedule, string baseUrl)
    {
        var json = (JsonObject)schedule.Definition.DeepClone();
        json["url"] = $"{baseUrl}/jobschedules/{schedule.Id}";
        json["eTag"] = schedule.ETag;
        json["lastModified"] = Iso8601.Time(schedule.LastModified);
        json["creationTime"] = Iso8601.Time(schedule.CreationTime);
        schedule.State.Write(json);
        var execution = new JsonObject();
        execution.Put("nextRunTime", schedule.NextRunTime);
        execution.Put("endTime", schedule.EndTime);
        if (schedule.RecentJobId is { } job)
        {
            execution["recentJob"] = new JsonObject { ["id"] = job, ["url"] = $"{baseUrl}/jobs/{job}" };
        }

        json["executionInfo"] = execution;
        return json;
    }
}

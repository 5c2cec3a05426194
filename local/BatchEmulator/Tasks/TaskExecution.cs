using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>How a task's execution stands: executionInfo.</summary>
internal sealed class TaskExecution
{
    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? EndTime { get; set; }

    public int? ExitCode { get; set; }

    public JsonObject? ContainerInfo { get; set; }

    public TaskFailure? Failure { get; set; }

    public int RetryCount { get; set; }

    public DateTimeOffset? LastRetryTime { get; set; }

    public int RequeueCount { get; set; }

    public DateTimeOffset? LastRequeueTime { get; set; }

    public string? Result { get; set; }

    /// <summary>Forgets how the last start ended, not how often there was one.</summary>
    public void Clear() => (StartTime, EndTime, ExitCode, ContainerInfo, Failure, Result) = (null, null, null, null, null, null);

    /// <summary>As executionInfo on the wire.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        json.Put("startTime", StartTime);
        json.Put("endTime", EndTime);
        json.Put("exitCode", ExitCode);
        json.Put("containerInfo", ContainerInfo?.DeepClone());
        json.Put("failureInfo", Failure?.ToJson());
        json["retryCount"] = RetryCount;
        json.Put("lastRetryTime", LastRetryTime);
        json["requeueCount"] = RequeueCount;
        json.Put("lastRequeueTime", LastRequeueTime);
        json.Put("result", Result);
        return json;
    }
}

using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>A node as clients see it.</summary>
internal static class NodeDocument
{
    /// <summary>What a task names to be placed on the node.</summary>
    public static string AffinityId(Node node) => $"TVM:{node.Id}";

    /// <summary>The node's URL.</summary>
    public static string Url(string baseUrl, string poolId, string nodeId) => $"{baseUrl}/pools/{poolId}/nodes/{nodeId}";

    /// <summary>Writes BatchNode.</summary>
    public static JsonObject Write(Pool pool, Node node, string baseUrl)
    {
        var runs = node.Work.OfType<TaskRun>().ToList();
        var json = new JsonObject
        {
            ["id"] = node.Id,
            ["url"] = Url(baseUrl, pool.Id, node.Id),
            ["state"] = node.State.Current,
            ["schedulingState"] = node.SchedulingEnabled ? "enabled" : "disabled",
            ["stateTransitionTime"] = Iso8601.Time(node.State.Since),
            ["lastBootTime"] = Iso8601.Time(node.LastBootTime),
            ["allocationTime"] = Iso8601.Time(node.AllocationTime),
            ["ipAddress"] = node.IpAddress,
            ["ipv6Address"] = "::1",
            ["affinityId"] = AffinityId(node),
            ["vmSize"] = pool.Definition.Text("vmSize"),
            ["totalTasksRun"] = node.TotalTasksRun,
            ["runningTasksCount"] = node.Work.Count(w => w is TaskRun or SubtaskRun),
            ["runningTaskSlotsCount"] = node.UsedSlots,
            ["totalTasksSucceeded"] = node.TotalTasksSucceeded,
            ["isDedicated"] = node.Dedicated,
            ["nodeAgentInfo"] = new JsonObject { ["version"] = "1.0.0", ["lastUpdateTime"] = Iso8601.Time(node.AllocationTime) },
            ["virtualMachineInfo"] = new JsonObject(),
        };
        if (pool.Definition.Object("virtualMachineConfiguration")?["imageReference"] is { } image)
        {
            json["virtualMachineInfo"]!["imageReference"] = image.DeepClone();
        }

        var recent = new JsonArray();
        foreach (var run in runs)
        {
            recent.Add((JsonNode)new JsonObject
            {
                ["taskUrl"] = $"{baseUrl}/jobs/{run.Job.Id}/tasks/{run.Task.Id}",
                ["jobId"] = run.Job.Id,
                ["taskId"] = run.Task.Id,
                ["taskState"] = run.Task.State.Current,
                ["executionInfo"] = run.Task.Execution.ToJson(),
            });
        }

        foreach (var task in node.RecentTasks.OfType<JsonObject>().Take(10 - Math.Min(10, recent.Count)))
        {
            var copy = (JsonObject)task.DeepClone();
            copy["taskUrl"] = $"{baseUrl}/jobs/{copy.Text("jobId")}/tasks/{copy.Text("taskId")}";
            recent.Add((JsonNode)copy);
        }

        if (recent.Count > 0)
        {
            json["recentTasks"] = recent;
        }

        json.Put("startTask", pool.Definition["startTask"]);
        json.Put("startTaskInfo", node.StartTaskInfo?.DeepClone());
        json.Put("errors", node.Errors?.DeepClone());
        return json;
    }
}

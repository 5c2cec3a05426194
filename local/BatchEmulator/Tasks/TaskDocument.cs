using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Files;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>A task as clients see it.</summary>
internal static class TaskDocument
{
    /// <summary>The task's URL.</summary>
    public static string Url(BatchTask task, string baseUrl) => $"{baseUrl}/jobs/{task.JobId}/tasks/{task.Id}";

    /// <summary>Writes BatchTask.</summary>
    public static JsonObject Write(BatchTask task, string baseUrl, NodeDirectories directories)
    {
        var json = (JsonObject)task.Definition.DeepClone();
        json["url"] = Url(task, baseUrl);
        json["eTag"] = task.ETag;
        json["lastModified"] = Iso8601.Time(task.LastModified);
        json["creationTime"] = Iso8601.Time(task.CreationTime);
        task.State.Write(json);
        json["requiredSlots"] = task.RequiredSlots;
        json.TryAdd("constraints", new JsonObject());
        json["constraints"]!.AsObject().TryAdd("maxWallClockTime", "P10675199DT2H48M5.4775807S");
        json["constraints"]!.AsObject().TryAdd("retentionTime", "P7D");
        json["constraints"]!.AsObject().TryAdd("maxTaskRetryCount", 0);
        json["executionInfo"] = task.Execution.ToJson();
        if (task.Location is { } location)
        {
            json["nodeInfo"] = NodeInfo(location, baseUrl, directories);
        }

        return json;
    }

    /// <summary>Writes BatchNodeInfo.</summary>
    public static JsonObject NodeInfo(TaskLocation location, string baseUrl, NodeDirectories directories)
    {
        var nodeUrl = NodeDocument.Url(baseUrl, location.PoolId, location.NodeId);
        return new JsonObject
        {
            ["affinityId"] = "TVM:" + location.NodeId,
            ["nodeUrl"] = nodeUrl,
            ["poolId"] = location.PoolId,
            ["nodeId"] = location.NodeId,
            ["taskRootDirectory"] = Path.Combine(directories.Node(location.PoolId, location.NodeId), location.RootDirectory),
            ["taskRootDirectoryUrl"] = $"{nodeUrl}/files/{location.RootDirectory}",
        };
    }
}

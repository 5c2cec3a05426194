using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Jobs;

/// <summary>A node's preparation and release for a job, as clients see it.</summary>
internal static class JobNodeDocument
{
    /// <summary>Writes BatchJobPreparationAndReleaseTaskStatus.</summary>
    public static JsonObject Write(JobNode entry, string baseUrl)
    {
        var nodeUrl = NodeDocument.Url(baseUrl, entry.PoolId, entry.NodeId);
        var json = new JsonObject { ["poolId"] = entry.PoolId, ["nodeId"] = entry.NodeId, ["nodeUrl"] = nodeUrl };
        json.Put("jobPreparationTaskExecutionInfo", Write(entry.Preparation, nodeUrl));
        json.Put("jobReleaseTaskExecutionInfo", Write(entry.Release, nodeUrl));
        return json;
    }

    private static JsonObject? Write(JsonObject? info, string nodeUrl)
    {
        var json = (JsonObject?)info?.DeepClone();
        json?.Put("taskRootDirectoryUrl", $"{nodeUrl}/files/{json.Text("taskRootDirectory")}");
        return json;
    }
}

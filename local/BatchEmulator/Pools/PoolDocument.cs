using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>A pool as clients see it.</summary>
internal static class PoolDocument
{
    /// <summary>Writes BatchPool.</summary>
    public static JsonObject Write(Pool pool, string baseUrl)
    {
        var json = (JsonObject)pool.Definition.DeepClone();
        json["url"] = $"{baseUrl}/pools/{pool.Id}";
        json["eTag"] = pool.ETag;
        json["lastModified"] = Iso8601.Time(pool.LastModified);
        json["creationTime"] = Iso8601.Time(pool.CreationTime);
        json["state"] = pool.State.Current;
        json["stateTransitionTime"] = Iso8601.Time(pool.State.Since);
        json["allocationState"] = pool.AllocationState;
        json["allocationStateTransitionTime"] = Iso8601.Time(pool.AllocationStateSince);
        json["currentDedicatedNodes"] = pool.Nodes.Count(n => n.Dedicated && Counts(n));
        json["currentLowPriorityNodes"] = pool.Nodes.Count(n => !n.Dedicated && Counts(n));
        json["targetDedicatedNodes"] = pool.TargetDedicatedNodes;
        json["targetLowPriorityNodes"] = pool.TargetLowPriorityNodes;
        json["taskSlotsPerNode"] = pool.TaskSlotsPerNode;
        json["enableAutoScale"] = pool.AutoScaleEnabled;
        json["enableInterNodeCommunication"] = pool.InterNodeCommunication;
        json.TryAdd("resizeTimeout", "PT15M");
        json.TryAdd("taskSchedulingPolicy", new JsonObject { ["nodeFillType"] = "spread" });
        json.Put("resizeErrors", pool.ResizeErrors?.DeepClone());
        json.Put("autoScaleRun", pool.AutoScaleRun?.DeepClone());
        // Secrets go in and do not come out.
        foreach (var account in json.Objects("userAccounts"))
        {
            account.Remove("password");
            account.Object("linuxUserConfiguration")?.Remove("sshPrivateKey");
        }

        foreach (var mount in json.Objects("mountConfiguration").Select(m => m.Object("azureBlobFileSystemConfiguration")))
        {
            mount?.Remove("accountKey");
            mount?.Remove("sasKey");
        }

        return json;
    }

    private static bool Counts(Node node) => node.State.Current != NodeState.Creating;
}

using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Faults;
using DurableMl.Local.BatchEmulator.Nodes;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>The pool operations.</summary>
internal sealed class PoolOperations(BatchAccount account, PoolLifecycle pools, FaultPlan faults, LinkedStorage storage)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("POST", "/pools", CreateAsync);
        routes.MapOperation("GET", "/pools", ListAsync);
        routes.MapOperation("GET", "/pools/{poolId}", GetAsync);
        routes.MapOperation("HEAD", "/pools/{poolId}", ExistsAsync);
        routes.MapOperation("PATCH", "/pools/{poolId}", UpdateAsync);
        routes.MapOperation("POST", "/pools/{poolId}/updateproperties", ReplacePropertiesAsync);
        routes.MapOperation("DELETE", "/pools/{poolId}", DeleteAsync);
        routes.MapOperation("POST", "/pools/{poolId}/resize", ResizeAsync);
        routes.MapOperation("POST", "/pools/{poolId}/stopresize", StopResizeAsync);
        routes.MapOperation("POST", "/pools/{poolId}/removenodes", RemoveNodesAsync);
        routes.MapOperation("GET", "/nodecounts", NodeCountsAsync);
        routes.MapOperation("GET", "/supportedimages", SupportedImages.ListAsync);
    }

    /// <summary>The pool, or 404; 409 when it is being deleted and that matters.</summary>
    public static Pool Find(BatchAccount account, string poolId, bool forChange = false)
    {
        var pool = account.Pools.GetValueOrDefault(poolId) ?? throw BatchErrors.PoolNotFound();
        return forChange && pool.Deleting ? throw BatchErrors.Conflict("PoolBeingDeleted", "The specified pool is being deleted.") : pool;
    }

    /// <summary>The option as what happens to tasks.</summary>
    public static StopReason Leaving(string? nodeDeallocationOption) => nodeDeallocationOption switch
    {
        "terminate" => StopReason.Terminated,
        "taskcompletion" or "retaineddata" => StopReason.None,
        _ => StopReason.Requeued,
    };

    private async Task CreateAsync(BatchRequest request)
    {
        var definition = await request.BodyAsync("BatchPoolCreateOptions");
        PoolValidation.Check(definition);
        storage.Check(definition);
        var pool = account.Update(() =>
        {
            if (account.Pools.ContainsKey(definition.Text("id")!))
            {
                throw BatchErrors.Conflict("PoolExists", "The specified pool already exists.");
            }

            return faults.FailsPoolCreation() ? throw BatchErrors.Conflict("PoolQuotaReached", "The specified account has reached its pool quota.") : pools.Create(definition);
        });
        Stamp(request, pool);
        request.Http.Response.Headers.Location = $"{request.BaseUrl}/pools/{pool.Id}";
        request.Respond(StatusCodes.Status201Created);
    }

    private Task ListAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchPool");
        return request.RespondAsync(200, account.Read(() =>
            query.Page(account.Pools.Values.OrderBy(p => p.Sequence), p => ListQuery.Key(p.Sequence), p => PoolDocument.Write(p, request.BaseUrl))));
    }

    private Task GetAsync(BatchRequest request)
    {
        var (pool, document) = account.Read(() =>
        {
            var pool = Find(account, request.Id("poolId"));
            request.Check(pool);
            return (pool, PoolDocument.Write(pool, request.BaseUrl));
        });
        return request.RespondAsync(pool, "BatchPool", document);
    }

    private Task ExistsAsync(BatchRequest request)
    {
        var pool = account.Read(() => Find(account, request.Id("poolId")));
        request.Check(pool);
        return Done(request, pool, StatusCodes.Status200OK);
    }

    private async Task UpdateAsync(BatchRequest request)
    {
        var changes = await request.BodyAsync("BatchPoolUpdateOptions");
        PoolValidation.CheckProperties(changes);
        storage.Check(changes);
        var pool = account.Update(() =>
        {
            var pool = Find(account, request.Id("poolId"), forChange: true);
            request.Check(pool);
            foreach (var (name, value) in changes)
            {
                pool.Definition[name] = value?.DeepClone();
            }

            account.Touched(pool);
            return pool;
        });
        await Done(request, pool, StatusCodes.Status200OK);
    }

    private async Task ReplacePropertiesAsync(BatchRequest request)
    {
        var properties = await request.BodyAsync("BatchPoolReplaceOptions");
        PoolValidation.CheckProperties(properties);
        storage.Check(properties);
        var pool = account.Update(() =>
        {
            var pool = Find(account, request.Id("poolId"), forChange: true);
            foreach (var name in (string[])["startTask", "applicationPackageReferences", "metadata", "certificateReferences", "targetNodeCommunicationMode"])
            {
                pool.Definition.Remove(name);
                pool.Definition.Put(name, properties[name]?.DeepClone());
            }

            account.Touched(pool);
            return pool;
        });
        await Done(request, pool, StatusCodes.Status204NoContent);
    }

    private Task DeleteAsync(BatchRequest request)
    {
        account.Update(() =>
        {
            var pool = Find(account, request.Id("poolId"), forChange: true);
            request.Check(pool);
            pools.Delete(pool);
        });
        request.Respond(StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    private async Task ResizeAsync(BatchRequest request)
    {
        var options = await request.BodyAsync("BatchPoolResizeOptions");
        PoolValidation.CheckTargets(options);
        var pool = account.Update(() =>
        {
            var pool = Find(account, request.Id("poolId"), forChange: true);
            request.Check(pool);
            if (pool.AutoScaleEnabled)
            {
                throw BatchErrors.Conflict("InvalidAutoScalingSettings", "A pool with automatic scaling enabled cannot be resized by request.");
            }

            if (pool.AllocationState != AllocationState.Steady)
            {
                throw BatchErrors.Conflict("PoolBeingResized", "The specified pool is being resized.");
            }

            pools.Resize(pool, options.Integer("targetDedicatedNodes") ?? pool.TargetDedicatedNodes,
                options.Integer("targetLowPriorityNodes") ?? pool.TargetLowPriorityNodes, Leaving(options.Text("nodeDeallocationOption")));
            return pool;
        });
        await Done(request, pool, StatusCodes.Status202Accepted);
    }

    private Task StopResizeAsync(BatchRequest request)
    {
        var pool = account.Update(() =>
        {
            var pool = Find(account, request.Id("poolId"), forChange: true);
            request.Check(pool);
            if (pool.AllocationState == AllocationState.Resizing)
            {
                pools.StopResize(pool);
            }

            return pool;
        });
        return Done(request, pool, StatusCodes.Status202Accepted);
    }

    private async Task RemoveNodesAsync(BatchRequest request)
    {
        var options = await request.BodyAsync("BatchNodeRemoveOptions");
        var ids = options.Texts("nodeList").Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (ids.Count is 0 or > 100)
        {
            throw BatchErrors.InvalidProperty("nodeList", null, "1 to 100 nodes can be removed at once.");
        }

        var pool = account.Update(() =>
        {
            var pool = Find(account, request.Id("poolId"), forChange: true);
            request.Check(pool);
            if (pool.AllocationState != AllocationState.Steady)
            {
                throw BatchErrors.Conflict("PoolBeingResized", "The specified pool is being resized.");
            }

            pools.Remove(pool, [.. ids.Select(id => pool.Node(id) ?? throw BatchErrors.NodeNotFound())], Leaving(options.Text("nodeDeallocationOption")));
            return pool;
        });
        await Done(request, pool, StatusCodes.Status202Accepted);
    }

    private Task NodeCountsAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchPoolNodeCounts");
        return request.RespondAsync(200, account.Read(() =>
            query.Page(account.Pools.Values.OrderBy(p => p.Sequence), p => ListQuery.Key(p.Sequence), p => new JsonObject
            {
                ["poolId"] = p.Id,
                ["dedicated"] = Counts(p.Nodes.Where(n => n.Dedicated)),
                ["lowPriority"] = Counts(p.Nodes.Where(n => !n.Dedicated)),
            })));
    }

    private static JsonObject Counts(IEnumerable<Node> nodes)
    {
        var byState = nodes.GroupBy(n => n.State.Current).ToDictionary(g => g.Key, g => g.Count());
        var json = new JsonObject();
        foreach (var (state, name) in NodeState.CountNames)
        {
            json[name] = byState.GetValueOrDefault(state);
        }

        json["total"] = byState.Values.Sum();
        return json;
    }

    private static void Stamp(BatchRequest request, Pool pool) => request.Stamp(pool, $"{request.BaseUrl}/pools/{pool.Id}");

    private static Task Done(BatchRequest request, Pool pool, int status)
    {
        Stamp(request, pool);
        request.Respond(status);
        return Task.CompletedTask;
    }
}

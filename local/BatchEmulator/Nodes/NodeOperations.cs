using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.Scheduling;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>The node operations.</summary>
internal sealed class NodeOperations(BatchAccount account, NodeLifecycle nodes)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("GET", "/pools/{poolId}/nodes", ListAsync);
        routes.MapOperation("GET", "/pools/{poolId}/nodes/{nodeId}", GetAsync);
        routes.MapOperation("POST", "/pools/{poolId}/nodes/{nodeId}/reboot", RebootAsync);
        routes.MapOperation("POST", "/pools/{poolId}/nodes/{nodeId}/reimage", ReimageAsync);
        routes.MapOperation("POST", "/pools/{poolId}/nodes/{nodeId}/deallocate", DeallocateAsync);
        routes.MapOperation("POST", "/pools/{poolId}/nodes/{nodeId}/start", StartAsync);
        routes.MapOperation("POST", "/pools/{poolId}/nodes/{nodeId}/disablescheduling", DisableSchedulingAsync);
        routes.MapOperation("POST", "/pools/{poolId}/nodes/{nodeId}/enablescheduling", EnableSchedulingAsync);
    }

    /// <summary>The pool and its node, or 404.</summary>
    public static (Pool Pool, Node Node) Find(BatchAccount account, string poolId, string nodeId)
    {
        var pool = PoolOperations.Find(account, poolId);
        return (pool, pool.Node(nodeId) ?? throw BatchErrors.NodeNotFound());
    }

    private static StopReason Reason(string? option) => option switch
    {
        "terminate" => StopReason.Terminated,
        "taskcompletion" or "retaineddata" => StopReason.None,
        // Not requeueCount's business: that counts resizing, removal and disabled jobs only.
        _ => StopReason.NodeLost,
    };

    private Task ListAsync(BatchRequest request)
    {
        var query = new ListQuery(request, "BatchNode");
        return request.RespondAsync(200, account.Read(() =>
        {
            var pool = PoolOperations.Find(account, request.Id("poolId"));
            return query.Page(pool.Nodes.OrderBy(n => n.Sequence), n => ListQuery.Key(n.Sequence), n => NodeDocument.Write(pool, n, request.BaseUrl));
        }));
    }

    private Task GetAsync(BatchRequest request)
    {
        var document = account.Read(() =>
        {
            var (pool, node) = Find(account, request.Id("poolId"), request.Id("nodeId"));
            return NodeDocument.Write(pool, node, request.BaseUrl);
        });
        return request.RespondAsync(200, ListQuery.Select(document, request.Query("$select"), "BatchNode"));
    }

    private async Task RebootAsync(BatchRequest request)
    {
        var options = await request.OptionalBodyAsync("BatchNodeRebootOptions");
        Change(request, (pool, node) => nodes.Interrupt(pool, node, NodeState.Rebooting, Reason(options?.Text("nodeRebootOption")), () => nodes.Boot(pool, node)));
    }

    private async Task ReimageAsync(BatchRequest request)
    {
        var options = await request.OptionalBodyAsync("BatchNodeReimageOptions");
        Change(request, (pool, node) => nodes.Interrupt(pool, node, NodeState.Reimaging, Reason(options?.Text("nodeReimageOption")), () =>
        {
            nodes.LoseDisk(node);
            nodes.Boot(pool, node);
        }));
    }

    private async Task DeallocateAsync(BatchRequest request)
    {
        var options = await request.OptionalBodyAsync("BatchNodeDeallocateOptions");
        Change(request, (pool, node) => nodes.Interrupt(pool, node, NodeState.Deallocating, Reason(options?.Text("nodeDeallocateOption")), () =>
        {
            nodes.LoseDisk(node);
            nodes.Enter(pool, node, NodeState.Deallocated);
        }));
    }

    private Task StartAsync(BatchRequest request)
    {
        account.Update(() =>
        {
            var (pool, node) = Find(account, request.Id("poolId"), request.Id("nodeId"));
            if (node.State.Current != NodeState.Deallocated)
            {
                throw BatchErrors.Conflict("OperationInvalidForCurrentState", "Only a deallocated node can be started.");
            }

            nodes.Boot(pool, node);
        });
        request.Respond(StatusCodes.Status202Accepted);
        return Task.CompletedTask;
    }

    private async Task DisableSchedulingAsync(BatchRequest request)
    {
        var options = await request.OptionalBodyAsync("BatchNodeDisableSchedulingOptions");
        account.Update(() =>
        {
            var (pool, node) = Find(account, request.Id("poolId"), request.Id("nodeId"));
            if (!node.SchedulingEnabled)
            {
                throw BatchErrors.Conflict("NodeAlreadyInTargetSchedulingState", "Scheduling is disabled on the node already.");
            }

            nodes.DisableScheduling(pool, node, options?.Text("nodeDisableSchedulingOption") switch
            {
                "terminate" => StopReason.Terminated,
                "taskcompletion" => StopReason.None,
                _ => StopReason.Requeued,
            });
        });
        request.Respond(StatusCodes.Status200OK);
    }

    private Task EnableSchedulingAsync(BatchRequest request)
    {
        account.Update(() =>
        {
            var (pool, node) = Find(account, request.Id("poolId"), request.Id("nodeId"));
            if (node.SchedulingEnabled)
            {
                throw BatchErrors.Conflict("NodeAlreadyInTargetSchedulingState", "Scheduling is enabled on the node already.");
            }

            nodes.EnableScheduling(pool, node);
        });
        request.Respond(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private void Change(BatchRequest request, Action<Pool, Node> change)
    {
        account.Update(() =>
        {
            var (pool, node) = Find(account, request.Id("poolId"), request.Id("nodeId"));
            switch (node.State.Current)
            {
                case NodeState.Creating:
                    throw BatchErrors.Conflict("NodeBeingCreated", "The specified node is being created.");
                case NodeState.Starting:
                    throw BatchErrors.Conflict("NodeBeingStarted", "The specified node is being started.");
                case NodeState.Rebooting:
                    throw BatchErrors.Conflict("NodeBeingRebooted", "The specified node is being rebooted.");
                case NodeState.Reimaging:
                    throw BatchErrors.Conflict("NodeBeingReimaged", "The specified node is being reimaged.");
                case NodeState.LeavingPool or NodeState.Preempted or NodeState.Deallocating or NodeState.Deallocated:
                    throw BatchErrors.Conflict("OperationInvalidForCurrentState", $"The node is {node.State.Current}.");
            }

            change(pool, node);
        });
        request.Respond(StatusCodes.Status202Accepted);
    }
}

using DurableMl.Local.BatchEmulator.Pools;
using DurableMl.Local.BatchEmulator.State;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Nodes;

/// <summary>The node operations.</summary>
internal sealed class NodeOperations(BatchAccount account)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOperation("GET", "/pools/{poolId}/nodes", ListAsync);
        routes.MapOperation("GET", "/pools/{poolId}/nodes/{nodeId}", GetAsync);
    }

    /// <summary>The pool and its node, or 404.</summary>
    public static (Pool Pool, Node Node) Find(BatchAccount account, string poolId, string nodeId)
    {
        var pool = PoolOperations.Find(account, poolId);
        return (pool, pool.Node(nodeId) ?? throw BatchErrors.NodeNotFound());
    }

    private Task ListAsync(BatchRequest request)
    {
        var query = new ListQuery(request);
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
        return request.RespondAsync(200, ListQuery.Select(document, request.Query("$select")));
    }
}

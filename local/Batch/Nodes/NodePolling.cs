#nullable enable
namespace Azure.Compute.Batch;

/// <summary>What the operations on a node share. A common base class would have to be public, and the official package has none.</summary>
internal static class NodePolling
{
    /// <summary>Asks for the node until it has left <paramref name="passing"/>.</summary>
    /// <param name="passing">The state that the operation begins.</param>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The node and the pool, as <c>nodeId;poolId</c>.</param>
    public static StatePolling<BatchNode> While(BatchNodeState passing, BatchClient client, string id)
    {
        ArgumentNullException.ThrowIfNull(client);
        (string nodeId, string poolId) = NodeOperationId.Parse(id);
        return new(
            token => client.GetNode(poolId, nodeId, cancellationToken: token),
            async token => await client.GetNodeAsync(poolId, nodeId, cancellationToken: token).ConfigureAwait(false),
            node => node.State == passing);
    }
}

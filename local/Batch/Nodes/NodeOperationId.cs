#nullable enable
namespace Azure.Compute.Batch;

/// <summary>Identifier of an operation on a node: <c>nodeId;poolId</c>.</summary>
internal static class NodeOperationId
{
    public static (string NodeId, string PoolId) Parse(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        string[] parts = id.Split(';');
        return parts.Length == 2
            ? (parts[0], parts[1])
            : throw new ArgumentException($"'{id}' is not the identifier of an operation on a node: it has the form nodeId;poolId.", nameof(id));
    }
}

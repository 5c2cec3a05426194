namespace Azure.Compute.Batch;

/// <summary>Done when the node is deallocated.</summary>
public class DeallocateNodeOperation : Operation<BatchNode>
{
    private readonly StatePolling<BatchNode> _polling;

    /// <summary>Goes on watching what was begun elsewhere.</summary>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The node and the pool, as <c>nodeId;poolId</c>.</param>
    public DeallocateNodeOperation(BatchClient client, string id)
    {
        _polling = NodePolling.While(BatchNodeState.Deallocating, client, id);
        Id = id;
    }

    internal DeallocateNodeOperation(BatchClient client, string poolId, string nodeId, Response response)
        : this(client, $"{nodeId};{poolId}") => _polling.Seed(response);

    /// <summary>For mocking.</summary>
    protected DeallocateNodeOperation()
    {
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <inheritdoc/>
    public override BatchNode Value => _polling.Value;

    /// <inheritdoc/>
    public override bool HasValue => _polling.HasValue;

    /// <inheritdoc/>
    public override bool HasCompleted => _polling.HasCompleted;

    /// <inheritdoc/>
    public override Response GetRawResponse() => _polling.Response;

    /// <inheritdoc/>
    public override Response UpdateStatus(CancellationToken cancellationToken = default) => _polling.Update(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default) =>
        _polling.UpdateAsync(cancellationToken);
}

namespace Azure.Compute.Batch;

/// <summary>Done when the nodes are removed.</summary>
public class RemoveNodesOperation : Operation<BatchPool>
{
    private readonly StatePolling<BatchPool> _polling;

    /// <summary>Goes on watching what was begun elsewhere.</summary>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The pool.</param>
    public RemoveNodesOperation(BatchClient client, string id)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
        _polling = new(
            token => client.GetPool(id, cancellationToken: token),
            async token => await client.GetPoolAsync(id, cancellationToken: token).ConfigureAwait(false),
            pool => pool.AllocationState == AllocationState.Resizing);
    }

    internal RemoveNodesOperation(BatchClient client, string id, Response response)
        : this(client, id) => _polling.Seed(response);

    /// <summary>For mocking.</summary>
    protected RemoveNodesOperation()
    {
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <inheritdoc/>
    public override BatchPool Value => _polling.Value;

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

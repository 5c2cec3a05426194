namespace Azure.Compute.Batch;

/// <summary>Done when the pool is gone.</summary>
public class DeletePoolOperation : Operation<bool>
{
    private readonly DisappearancePolling<BatchPool> _polling;

    /// <summary>Goes on watching what was begun elsewhere.</summary>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The pool.</param>
    public DeletePoolOperation(BatchClient client, string id)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
        _polling = new(
            token => client.GetPool(id, cancellationToken: token),
            async token => await client.GetPoolAsync(id, cancellationToken: token).ConfigureAwait(false),
            pool => pool.State == BatchPoolState.Deleting,
            pool => pool.CreationTime);
    }

    internal DeletePoolOperation(BatchClient client, string id, Response response)
        : this(client, id) => _polling.Seed(response);

    /// <summary>For mocking.</summary>
    protected DeletePoolOperation()
    {
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <inheritdoc/>
    public override bool Value => _polling.Value;

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

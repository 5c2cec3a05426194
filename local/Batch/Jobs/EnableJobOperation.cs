namespace Azure.Compute.Batch;

/// <summary>Done when the job is enabled.</summary>
public class EnableJobOperation : Operation<BatchJob>
{
    private readonly StatePolling<BatchJob> _polling;

    /// <summary>Goes on watching what was begun elsewhere.</summary>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The job.</param>
    public EnableJobOperation(BatchClient client, string id)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
        _polling = new(
            token => client.GetJob(id, cancellationToken: token),
            async token => await client.GetJobAsync(id, cancellationToken: token).ConfigureAwait(false),
            job => job.State == BatchJobState.Enabling);
    }

    internal EnableJobOperation(BatchClient client, string id, Response response)
        : this(client, id) => _polling.Seed(response);

    /// <summary>For mocking.</summary>
    protected EnableJobOperation()
    {
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <inheritdoc/>
    public override BatchJob Value => _polling.Value;

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

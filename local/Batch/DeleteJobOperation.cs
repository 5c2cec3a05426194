namespace Azure.Compute.Batch;

/// <summary>The deletion of a job, which is over when the job is gone.</summary>
public class DeleteJobOperation : Operation<bool>
{
    private readonly BatchClient _client;
    private Response _response;
    private bool _completed;

    /// <summary>Goes on watching what was begun elsewhere.</summary>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The job.</param>
    public DeleteJobOperation(BatchClient client, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        _client = client ?? throw new ArgumentNullException(nameof(client));
        Id = id;
    }

    internal DeleteJobOperation(BatchClient client, string id, Response response)
        : this(client, id) => _response = response;

    /// <summary>For mocking.</summary>
    protected DeleteJobOperation()
    {
    }

    /// <inheritdoc/>
    public override string Id { get; }

    /// <summary>True once the job is gone.</summary>
    public override bool Value => _completed;

    /// <inheritdoc/>
    public override bool HasValue => true;

    /// <inheritdoc/>
    public override bool HasCompleted => _completed;

    /// <inheritdoc/>
    public override Response GetRawResponse() => _response;

    /// <inheritdoc/>
    public override Response UpdateStatus(CancellationToken cancellationToken = default)
    {
        try
        {
            return _completed ? _response : Take(_client.GetJob(Id, cancellationToken: cancellationToken));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return Gone(e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<Response> UpdateStatusAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return _completed ? _response : Take(await _client.GetJobAsync(Id, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return Gone(e);
        }
    }

    private Response Take(Response<BatchJob> job)
    {
        // In any other state it is a new job that was given the old one's id.
        _completed = job.Value.State != BatchJobState.Deleting;
        return _response = job.GetRawResponse();
    }

    private Response Gone(RequestFailedException e)
    {
        _completed = true;
        return _response = e.GetRawResponse();
    }
}

namespace Azure.Compute.Batch;

/// <summary>Done when the job schedule is completed.</summary>
public class TerminateJobScheduleOperation : Operation<bool>
{
    private readonly DisappearancePolling<BatchJobSchedule> _polling;

    /// <summary>Goes on watching what was begun elsewhere.</summary>
    /// <param name="client">Client to ask.</param>
    /// <param name="id">The job schedule.</param>
    public TerminateJobScheduleOperation(BatchClient client, string id)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
        _polling = new(
            token => client.GetJobSchedule(id, cancellationToken: token),
            async token => await client.GetJobScheduleAsync(id, cancellationToken: token).ConfigureAwait(false),
            schedule => schedule.State == BatchJobScheduleState.Terminating,
            schedule => schedule.CreationTime);
    }

    internal TerminateJobScheduleOperation(BatchClient client, string id, Response response)
        : this(client, id) => _polling.Seed(response);

    /// <summary>For mocking.</summary>
    protected TerminateJobScheduleOperation()
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

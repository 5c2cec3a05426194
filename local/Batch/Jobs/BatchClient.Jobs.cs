using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Creates a job.</summary>
    public virtual Response CreateJob(
        BatchJobCreateOptions job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(CreateJobRequest(job, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="CreateJob"/>
    public virtual Task<Response> CreateJobAsync(
        BatchJobCreateOptions job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(CreateJobRequest(job, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest CreateJobRequest(BatchJobCreateOptions job, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(CreateJob), RequestMethod.Post, "jobs")
        {
            Body = job ?? throw new ArgumentNullException(nameof(job)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [201],
        };

    /// <summary>Gets a job.</summary>
    public virtual Response<BatchJob> GetJob(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchJob>(GetJobRequest(jobId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    /// <inheritdoc cref="GetJob"/>
    public virtual Task<Response<BatchJob>> GetJobAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchJob>(GetJobRequest(jobId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    private static BatchRequest GetJobRequest(
        string jobId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetJob), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        }
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Lists the account's jobs.</summary>
    public virtual Pageable<BatchJob> GetJobs(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchJob>(GetJobsRequest(timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    /// <inheritdoc cref="GetJobs"/>
    public virtual AsyncPageable<BatchJob> GetJobsAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchJob>(GetJobsRequest(timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    private static BatchRequest GetJobsRequest(
        TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetJobs), RequestMethod.Get, "jobs")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Changes the given properties of a job.</summary>
    public virtual Response UpdateJob(
        string jobId,
        BatchJobUpdateOptions job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(UpdateJobRequest(jobId, job, timeOutInSeconds, ocpdate, requestConditions), cancellationToken);

    /// <inheritdoc cref="UpdateJob"/>
    public virtual Task<Response> UpdateJobAsync(
        string jobId,
        BatchJobUpdateOptions job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(UpdateJobRequest(jobId, job, timeOutInSeconds, ocpdate, requestConditions), cancellationToken);

    private static BatchRequest UpdateJobRequest(
        string jobId, BatchJobUpdateOptions job, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(UpdateJob), RequestMethod.Patch, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}")
        {
            Body = job ?? throw new ArgumentNullException(nameof(job)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Replaces the changeable properties of a job; those not given are removed.</summary>
    public virtual Response ReplaceJob(
        string jobId,
        BatchJob job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(ReplaceJobRequest(jobId, job, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="ReplaceJob"/>
    public virtual Task<Response> ReplaceJobAsync(
        string jobId,
        BatchJob job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(ReplaceJobRequest(jobId, job, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest ReplaceJobRequest(
        string jobId, BatchJob job, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(ReplaceJob), RequestMethod.Put, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}")
        {
            Body = job ?? throw new ArgumentNullException(nameof(job)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Deletes a job with its tasks and their files.</summary>
    public virtual DeleteJobOperation DeleteJob(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new(this, jobId, _rest.Send(DeleteJobRequest(jobId, timeOutInSeconds, ocpDate, force, requestConditions), context));

    /// <inheritdoc cref="DeleteJob"/>
    public virtual async Task<DeleteJobOperation> DeleteJobAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new DeleteJobOperation(this, jobId, await _rest.SendAsync(DeleteJobRequest(jobId, timeOutInSeconds, ocpDate, force, requestConditions), context).ConfigureAwait(false));

    private static BatchRequest DeleteJobRequest(
        string jobId, TimeSpan? timeOut, DateTimeOffset? ocpDate, bool? force, RequestConditions requestConditions) =>
        new BatchRequest(nameof(DeleteJob), RequestMethod.Delete, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        }
        .With("force", force);

    /// <summary>Keeps the job's tasks from running.</summary>
    public virtual DisableJobOperation DisableJob(
        string jobId,
        BatchJobDisableOptions disableOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new(this, jobId, _rest.Send(DisableJobRequest(jobId, disableOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken));

    /// <inheritdoc cref="DisableJob"/>
    public virtual async Task<DisableJobOperation> DisableJobAsync(
        string jobId,
        BatchJobDisableOptions disableOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new DisableJobOperation(this, jobId, await _rest.SendAsync(DisableJobRequest(jobId, disableOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken).ConfigureAwait(false));

    private static BatchRequest DisableJobRequest(
        string jobId, BatchJobDisableOptions disableOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(DisableJob), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/disable")
        {
            Body = disableOptions ?? throw new ArgumentNullException(nameof(disableOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        };

    /// <summary>Lets the job's tasks run again.</summary>
    public virtual EnableJobOperation EnableJob(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new(this, jobId, _rest.Send(EnableJobRequest(jobId, timeOutInSeconds, ocpDate, requestConditions), context));

    /// <inheritdoc cref="EnableJob"/>
    public virtual async Task<EnableJobOperation> EnableJobAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new EnableJobOperation(this, jobId, await _rest.SendAsync(EnableJobRequest(jobId, timeOutInSeconds, ocpDate, requestConditions), context).ConfigureAwait(false));

    private static BatchRequest EnableJobRequest(
        string jobId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(EnableJob), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/enable")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        };

    /// <summary>Ends a job: running tasks are terminated, waiting ones never run.</summary>
    public virtual TerminateJobOperation TerminateJob(
        string jobId,
        BatchJobTerminateOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new(this, jobId, _rest.Send(TerminateJobRequest(jobId, parameters, timeOutInSeconds, ocpDate, force, requestConditions), cancellationToken));

    /// <inheritdoc cref="TerminateJob"/>
    public virtual async Task<TerminateJobOperation> TerminateJobAsync(
        string jobId,
        BatchJobTerminateOptions parameters = null,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        new TerminateJobOperation(this, jobId, await _rest.SendAsync(TerminateJobRequest(jobId, parameters, timeOutInSeconds, ocpDate, force, requestConditions), cancellationToken).ConfigureAwait(false));

    private static BatchRequest TerminateJobRequest(
        string jobId, BatchJobTerminateOptions parameters, TimeSpan? timeOut, DateTimeOffset? ocpDate, bool? force, RequestConditions requestConditions) =>
        new BatchRequest(nameof(TerminateJob), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/terminate")
        {
            Body = parameters,
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        }
        .With("force", force);

    /// <summary>Counts the tasks of a job by state.</summary>
    public virtual Response<BatchTaskCountsResult> GetJobTaskCounts(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchTaskCountsResult>(GetJobTaskCountsRequest(jobId, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="GetJobTaskCounts"/>
    public virtual Task<Response<BatchTaskCountsResult>> GetJobTaskCountsAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchTaskCountsResult>(GetJobTaskCountsRequest(jobId, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest GetJobTaskCountsRequest(string jobId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(GetJobTaskCounts), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/taskcounts")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Lists how the preparation and release tasks of a job went on each node.</summary>
    public virtual Pageable<BatchJobPreparationAndReleaseTaskStatus> GetJobPreparationAndReleaseTaskStatuses(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchJobPreparationAndReleaseTaskStatus>(GetJobPreparationAndReleaseTaskStatusesRequest(jobId, timeOutInSeconds, ocpDate, maxresults, filter, select), cancellationToken);

    /// <inheritdoc cref="GetJobPreparationAndReleaseTaskStatuses"/>
    public virtual AsyncPageable<BatchJobPreparationAndReleaseTaskStatus> GetJobPreparationAndReleaseTaskStatusesAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchJobPreparationAndReleaseTaskStatus>(GetJobPreparationAndReleaseTaskStatusesRequest(jobId, timeOutInSeconds, ocpDate, maxresults, filter, select), cancellationToken);

    private static BatchRequest GetJobPreparationAndReleaseTaskStatusesRequest(
        string jobId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select) =>
        new BatchRequest(nameof(GetJobPreparationAndReleaseTaskStatuses), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/jobpreparationandreleasetaskstatus")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select);
}

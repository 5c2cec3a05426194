using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Creates a job schedule.</summary>
    public virtual Response CreateJobSchedule(
        BatchJobScheduleCreateOptions jobSchedule,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(CreateJobScheduleRequest(jobSchedule, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="CreateJobSchedule"/>
    public virtual Task<Response> CreateJobScheduleAsync(
        BatchJobScheduleCreateOptions jobSchedule,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(CreateJobScheduleRequest(jobSchedule, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest CreateJobScheduleRequest(
        BatchJobScheduleCreateOptions jobSchedule, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(CreateJobSchedule), RequestMethod.Post, "jobschedules")
        {
            Body = jobSchedule ?? throw new ArgumentNullException(nameof(jobSchedule)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [201],
        };

    /// <summary>Gets a job schedule.</summary>
    public virtual Response<BatchJobSchedule> GetJobSchedule(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchJobSchedule>(GetJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    /// <inheritdoc cref="GetJobSchedule"/>
    public virtual Task<Response<BatchJobSchedule>> GetJobScheduleAsync(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchJobSchedule>(GetJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    private static BatchRequest GetJobScheduleRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetJobSchedule), RequestMethod.Get, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        }
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Lists the account's job schedules.</summary>
    public virtual Pageable<BatchJobSchedule> GetJobSchedules(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchJobSchedule>(GetJobSchedulesRequest(timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    /// <inheritdoc cref="GetJobSchedules"/>
    public virtual AsyncPageable<BatchJobSchedule> GetJobSchedulesAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchJobSchedule>(GetJobSchedulesRequest(timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    private static BatchRequest GetJobSchedulesRequest(
        TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetJobSchedules), RequestMethod.Get, "jobschedules")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Lists the jobs that a schedule created.</summary>
    public virtual Pageable<BatchJob> GetJobsFromSchedules(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchJob>(GetJobsFromSchedulesRequest(jobScheduleId, timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    /// <inheritdoc cref="GetJobsFromSchedules"/>
    public virtual AsyncPageable<BatchJob> GetJobsFromSchedulesAsync(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchJob>(GetJobsFromSchedulesRequest(jobScheduleId, timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    private static BatchRequest GetJobsFromSchedulesRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetJobsFromSchedules), RequestMethod.Get, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}/jobs")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Whether there is a job schedule of that name.</summary>
    public virtual Response<bool> JobScheduleExists(
        string jobScheduleId,
        TimeSpan? timeOut = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        _rest.Exists(JobScheduleExistsRequest(jobScheduleId, timeOut, ocpDate, requestConditions), context);

    /// <inheritdoc cref="JobScheduleExists"/>
    public virtual Task<Response<bool>> JobScheduleExistsAsync(
        string jobScheduleId,
        TimeSpan? timeOut = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        _rest.ExistsAsync(JobScheduleExistsRequest(jobScheduleId, timeOut, ocpDate, requestConditions), context);

    private static BatchRequest JobScheduleExistsRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(JobScheduleExists), RequestMethod.Head, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200, 404],
        };

    /// <summary>Changes the given properties of a job schedule.</summary>
    public virtual Response UpdateJobSchedule(
        string jobScheduleId,
        BatchJobScheduleUpdateOptions jobSchedule,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(UpdateJobScheduleRequest(jobScheduleId, jobSchedule, timeOutInSeconds, ocpdate, requestConditions), cancellationToken);

    /// <inheritdoc cref="UpdateJobSchedule"/>
    public virtual Task<Response> UpdateJobScheduleAsync(
        string jobScheduleId,
        BatchJobScheduleUpdateOptions jobSchedule,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpdate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(UpdateJobScheduleRequest(jobScheduleId, jobSchedule, timeOutInSeconds, ocpdate, requestConditions), cancellationToken);

    private static BatchRequest UpdateJobScheduleRequest(
        string jobScheduleId, BatchJobScheduleUpdateOptions jobSchedule, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(UpdateJobSchedule), RequestMethod.Patch, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}")
        {
            Body = jobSchedule ?? throw new ArgumentNullException(nameof(jobSchedule)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Replaces the changeable properties of a job schedule; those not given are removed.</summary>
    public virtual Response ReplaceJobSchedule(
        string jobScheduleId,
        BatchJobSchedule jobSchedule,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(ReplaceJobScheduleRequest(jobScheduleId, jobSchedule, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="ReplaceJobSchedule"/>
    public virtual Task<Response> ReplaceJobScheduleAsync(
        string jobScheduleId,
        BatchJobSchedule jobSchedule,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(ReplaceJobScheduleRequest(jobScheduleId, jobSchedule, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest ReplaceJobScheduleRequest(
        string jobScheduleId, BatchJobSchedule jobSchedule, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(ReplaceJobSchedule), RequestMethod.Put, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}")
        {
            Body = jobSchedule ?? throw new ArgumentNullException(nameof(jobSchedule)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Lets a schedule create jobs again.</summary>
    public virtual Response EnableJobSchedule(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(EnableJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="EnableJobSchedule"/>
    public virtual Task<Response> EnableJobScheduleAsync(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(EnableJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest EnableJobScheduleRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(EnableJobSchedule), RequestMethod.Post, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}/enable")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [204],
        };

    /// <summary>Keeps a schedule from creating jobs.</summary>
    public virtual Response DisableJobSchedule(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DisableJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="DisableJobSchedule"/>
    public virtual Task<Response> DisableJobScheduleAsync(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DisableJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest DisableJobScheduleRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(DisableJobSchedule), RequestMethod.Post, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}/disable")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [204],
        };

    /// <summary>Ends a schedule and its active job.</summary>
    public virtual TerminateJobScheduleOperation TerminateJobSchedule(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new(this, jobScheduleId, _rest.Send(TerminateJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, force, requestConditions), context));

    /// <inheritdoc cref="TerminateJobSchedule"/>
    public virtual async Task<TerminateJobScheduleOperation> TerminateJobScheduleAsync(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new TerminateJobScheduleOperation(this, jobScheduleId, await _rest.SendAsync(TerminateJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, force, requestConditions), context).ConfigureAwait(false));

    private static BatchRequest TerminateJobScheduleRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, bool? force, RequestConditions requestConditions) =>
        new BatchRequest(nameof(TerminateJobSchedule), RequestMethod.Post, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}/terminate")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        }
        .With("force", force);

    /// <summary>Deletes a schedule with its jobs and their tasks.</summary>
    public virtual DeleteJobScheduleOperation DeleteJobSchedule(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new(this, jobScheduleId, _rest.Send(DeleteJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, force, requestConditions), context));

    /// <inheritdoc cref="DeleteJobSchedule"/>
    public virtual async Task<DeleteJobScheduleOperation> DeleteJobScheduleAsync(
        string jobScheduleId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null) =>
        new DeleteJobScheduleOperation(this, jobScheduleId, await _rest.SendAsync(DeleteJobScheduleRequest(jobScheduleId, timeOutInSeconds, ocpDate, force, requestConditions), context).ConfigureAwait(false));

    private static BatchRequest DeleteJobScheduleRequest(
        string jobScheduleId, TimeSpan? timeOut, DateTimeOffset? ocpDate, bool? force, RequestConditions requestConditions) =>
        new BatchRequest(nameof(DeleteJobSchedule), RequestMethod.Delete, $"jobschedules/{BatchRequest.Id(jobScheduleId, nameof(jobScheduleId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [202],
        }
        .With("force", force);
}

using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch;

/// <summary>A client of an Azure Batch account. Safe for concurrent use.</summary>
/// <remarks>
/// Every method throws <see cref="RequestFailedException"/> if the service answers with an error, whose code <see cref="BatchErrorCode"/>
/// names. Parameters that several methods have: <c>timeOutInSeconds</c>, the longest the service may work on the request (30 seconds by
/// default, and at most); <c>ocpDate</c>, when the request was issued (set for you with a shared key); <c>requestConditions</c>, the
/// ETag or time on which the request depends; <c>select</c>, <c>expand</c> and <c>filter</c>, OData clauses; <c>maxresults</c>, the size
/// of a page, 1 to 1000.
/// </remarks>
public class BatchClient
{
    private const string TokenScope = "https://batch.core.windows.net//.default";

    private readonly BatchService _service;

    /// <summary>Creates a client that signs in with Microsoft Entra ID.</summary>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">Source of tokens.</param>
    public BatchClient(Uri endpoint, TokenCredential credential)
        : this(endpoint, credential, new BatchClientOptions())
    {
    }

    /// <inheritdoc cref="BatchClient(Uri, TokenCredential)"/>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">Source of tokens.</param>
    /// <param name="options">Version, retries, transport; null for the defaults.</param>
    public BatchClient(Uri endpoint, TokenCredential credential, BatchClientOptions options)
        : this(
            endpoint,
            new BearerTokenAuthenticationPolicy(credential ?? throw new ArgumentNullException(nameof(credential)), TokenScope),
            options)
    {
    }

    /// <summary>Creates a client that signs requests with an account key.</summary>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">The account's name and one of its keys, in base64.</param>
    /// <exception cref="ArgumentException">The key is not base64.</exception>
    public BatchClient(Uri endpoint, AzureNamedKeyCredential credential)
        : this(endpoint, credential, new BatchClientOptions())
    {
    }

    /// <inheritdoc cref="BatchClient(Uri, AzureNamedKeyCredential)"/>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">The account's name and one of its keys, in base64.</param>
    /// <param name="options">Version, retries, transport; null for the defaults.</param>
    public BatchClient(Uri endpoint, AzureNamedKeyCredential credential, BatchClientOptions options)
        : this(endpoint, new SharedKeyPolicy(credential, TimeProvider.System), options)
    {
    }

    /// <summary>For mocking.</summary>
    protected BatchClient()
    {
    }

    private BatchClient(Uri endpoint, HttpPipelinePolicy authentication, BatchClientOptions options) =>
        _service = new BatchService(endpoint, authentication, options ?? new BatchClientOptions());

    /// <summary>Creates a pool.</summary>
    public virtual Task<Response> CreatePoolAsync(
        BatchPoolCreateOptions pool,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _service.SendAsync(
            new BatchRequest(RequestMethod.Post, "pools", Success: 201)
            {
                TimeOut = timeOutInSeconds,
                OcpDate = ocpDate,
                Body = pool ?? throw new ArgumentNullException(nameof(pool)),
            },
            cancellationToken);

    /// <summary>Lists the nodes of a pool.</summary>
    public virtual AsyncPageable<BatchNode> GetNodesAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        new BatchPageable<BatchNode>(
            _service,
            new BatchRequest(RequestMethod.Get, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/nodes", Success: 200)
            {
                TimeOut = timeOutInSeconds,
                OcpDate = ocpDate,
                MaxResults = maxresults,
                Filter = filter,
                Select = select,
            },
            BatchNode.Read,
            cancellationToken);

    /// <summary>Creates a job.</summary>
    public virtual Task<Response> CreateJobAsync(
        BatchJobCreateOptions job,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _service.SendAsync(
            new BatchRequest(RequestMethod.Post, "jobs", Success: 201)
            {
                TimeOut = timeOutInSeconds,
                OcpDate = ocpDate,
                Body = job ?? throw new ArgumentNullException(nameof(job)),
            },
            cancellationToken);

    /// <summary>Gets a job.</summary>
    public virtual Response<BatchJob> GetJob(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default)
    {
        BatchRequest request = JobRequest(jobId, timeOutInSeconds, ocpDate, requestConditions, select, expand);
        Response response = _service.Send(request, cancellationToken);
        return Response.FromValue(response.ReadBody(BatchJob.Read), response);
    }

    /// <inheritdoc cref="GetJob"/>
    public virtual async Task<Response<BatchJob>> GetJobAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default)
    {
        BatchRequest request = JobRequest(jobId, timeOutInSeconds, ocpDate, requestConditions, select, expand);
        Response response = await _service.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(response.ReadBody(BatchJob.Read), response);
    }

    /// <summary>Lists the account's jobs.</summary>
    public virtual AsyncPageable<BatchJob> GetJobsAsync(
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        new BatchPageable<BatchJob>(
            _service,
            new BatchRequest(RequestMethod.Get, "jobs", Success: 200)
            {
                TimeOut = timeOutInSeconds,
                OcpDate = ocpDate,
                MaxResults = maxresults,
                Filter = filter,
                Select = select,
                Expand = expand,
            },
            BatchJob.Read,
            cancellationToken);

    /// <summary>Deletes a job with its tasks and their files.</summary>
    /// <returns>As soon as the service has begun; the operation can be waited for.</returns>
    public virtual async Task<DeleteJobOperation> DeleteJobAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        bool? force = null,
        RequestConditions requestConditions = null,
        RequestContext context = null)
    {
        var request = new BatchRequest(RequestMethod.Delete, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}", Success: 202)
        {
            TimeOut = timeOutInSeconds,
            OcpDate = ocpDate,
            Force = force,
            Conditions = requestConditions,
        };
        return new DeleteJobOperation(this, jobId, await _service.SendAsync(request, context).ConfigureAwait(false));
    }

    /// <summary>Adds a task to a job.</summary>
    public virtual Task<Response> CreateTaskAsync(
        string jobId,
        BatchTaskCreateOptions task,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _service.SendAsync(
            new BatchRequest(RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks", Success: 201)
            {
                TimeOut = timeOutInSeconds,
                OcpDate = ocpDate,
                Body = task ?? throw new ArgumentNullException(nameof(task)),
            },
            cancellationToken);

    /// <summary>Gets a task.</summary>
    public virtual async Task<Response<BatchTask>> GetTaskAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default)
    {
        var request = new BatchRequest(RequestMethod.Get, TaskPath(jobId, taskId), Success: 200)
        {
            TimeOut = timeOutInSeconds,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Select = select,
            Expand = expand,
        };
        Response response = await _service.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return Response.FromValue(response.ReadBody(BatchTask.Read), response);
    }

    /// <summary>Ends a task: it becomes completed.</summary>
    public virtual Task<Response> TerminateTaskAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _service.SendAsync(
            new BatchRequest(RequestMethod.Post, TaskPath(jobId, taskId) + "/terminate", Success: 204)
            {
                TimeOut = timeOutInSeconds,
                OcpDate = ocpDate,
                Conditions = requestConditions,
            },
            cancellationToken);

    private static BatchRequest JobRequest(
        string jobId,
        TimeSpan? timeOut,
        DateTimeOffset? ocpDate,
        RequestConditions conditions,
        IEnumerable<string> select,
        IEnumerable<string> expand) =>
        new(RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}", Success: 200)
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = conditions,
            Select = select,
            Expand = expand,
        };

    private static string TaskPath(string jobId, string taskId) =>
        $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}";
}

using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Adds a task to a job.</summary>
    public virtual Response CreateTask(
        string jobId,
        BatchTaskCreateOptions task,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(CreateTaskRequest(jobId, task, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="CreateTask"/>
    public virtual Task<Response> CreateTaskAsync(
        string jobId,
        BatchTaskCreateOptions task,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(CreateTaskRequest(jobId, task, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest CreateTaskRequest(string jobId, BatchTaskCreateOptions task, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(CreateTask), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks")
        {
            Body = task ?? throw new ArgumentNullException(nameof(task)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [201],
        };

    /// <summary>Adds at most 100 tasks, 1 MB in all, to a job; see each result, for some may fail. <see cref="CreateTasks"/> has no such limits.</summary>
    public virtual Response<BatchCreateTaskCollectionResult> CreateTaskCollection(
        string jobId,
        BatchTaskGroup taskCollection,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchCreateTaskCollectionResult>(CreateTaskCollectionRequest(jobId, taskCollection, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="CreateTaskCollection"/>
    public virtual Task<Response<BatchCreateTaskCollectionResult>> CreateTaskCollectionAsync(
        string jobId,
        BatchTaskGroup taskCollection,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchCreateTaskCollectionResult>(CreateTaskCollectionRequest(jobId, taskCollection, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest CreateTaskCollectionRequest(
        string jobId, BatchTaskGroup taskCollection, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(CreateTaskCollection), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/addtaskcollection")
        {
            Body = taskCollection ?? throw new ArgumentNullException(nameof(taskCollection)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Gets a task.</summary>
    public virtual Response<BatchTask> GetTask(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<BatchTask>(GetTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    /// <inheritdoc cref="GetTask"/>
    public virtual Task<Response<BatchTask>> GetTaskAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<BatchTask>(GetTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions, select, expand), cancellationToken);

    private static BatchRequest GetTaskRequest(
        string jobId, string taskId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetTask), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        }
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Lists the tasks of a job.</summary>
    public virtual Pageable<BatchTask> GetTasks(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchTask>(GetTasksRequest(jobId, timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    /// <inheritdoc cref="GetTasks"/>
    public virtual AsyncPageable<BatchTask> GetTasksAsync(
        string jobId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        int? maxresults = null,
        string filter = null,
        IEnumerable<string> select = null,
        IEnumerable<string> expand = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchTask>(GetTasksRequest(jobId, timeOutInSeconds, ocpDate, maxresults, filter, select, expand), cancellationToken);

    private static BatchRequest GetTasksRequest(
        string jobId, TimeSpan? timeOut, DateTimeOffset? ocpDate, int? maxresults, string filter, IEnumerable<string> select, IEnumerable<string> expand) =>
        new BatchRequest(nameof(GetTasks), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("maxresults", maxresults)
        .With("$filter", filter)
        .With("$select", select)
        .With("$expand", expand);

    /// <summary>Lists the subtasks of a multi-instance task, the primary not among them.</summary>
    public virtual Pageable<BatchSubtask> GetSubTasks(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.List<BatchSubtask>(GetSubTasksRequest(jobId, taskId, timeOutInSeconds, ocpDate, select), cancellationToken);

    /// <inheritdoc cref="GetSubTasks"/>
    public virtual AsyncPageable<BatchSubtask> GetSubTasksAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        IEnumerable<string> select = null,
        CancellationToken cancellationToken = default) =>
        _rest.ListAsync<BatchSubtask>(GetSubTasksRequest(jobId, taskId, timeOutInSeconds, ocpDate, select), cancellationToken);

    private static BatchRequest GetSubTasksRequest(
        string jobId, string taskId, TimeSpan? timeOut, DateTimeOffset? ocpDate, IEnumerable<string> select) =>
        new BatchRequest(nameof(GetSubTasks), RequestMethod.Get, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/subtasksinfo")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        }
        .With("$select", select);

    /// <summary>Replaces the constraints of a task.</summary>
    public virtual Response ReplaceTask(
        string jobId,
        string taskId,
        BatchTask task,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(ReplaceTaskRequest(jobId, taskId, task, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="ReplaceTask"/>
    public virtual Task<Response> ReplaceTaskAsync(
        string jobId,
        string taskId,
        BatchTask task,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(ReplaceTaskRequest(jobId, taskId, task, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest ReplaceTaskRequest(
        string jobId, string taskId, BatchTask task, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(ReplaceTask), RequestMethod.Put, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}")
        {
            Body = task ?? throw new ArgumentNullException(nameof(task)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Deletes a task with its files; a running one is terminated.</summary>
    public virtual Response DeleteTask(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DeleteTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="DeleteTask"/>
    public virtual Task<Response> DeleteTaskAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DeleteTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest DeleteTaskRequest(
        string jobId, string taskId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(DeleteTask), RequestMethod.Delete, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Ends a task: it becomes completed.</summary>
    public virtual Response TerminateTask(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(TerminateTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="TerminateTask"/>
    public virtual Task<Response> TerminateTaskAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(TerminateTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest TerminateTaskRequest(
        string jobId, string taskId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(TerminateTask), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/terminate")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [204],
        };

    /// <summary>Lets a task that failed run again, its retries counted anew.</summary>
    public virtual Response ReactivateTask(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(ReactivateTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="ReactivateTask"/>
    public virtual Task<Response> ReactivateTaskAsync(
        string jobId,
        string taskId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(ReactivateTaskRequest(jobId, taskId, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest ReactivateTaskRequest(
        string jobId, string taskId, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(ReactivateTask), RequestMethod.Post, $"jobs/{BatchRequest.Id(jobId, nameof(jobId))}/tasks/{BatchRequest.Id(taskId, nameof(taskId))}/reactivate")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [204],
        };
}

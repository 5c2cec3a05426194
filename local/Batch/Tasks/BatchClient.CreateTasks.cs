namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Adds any number of tasks to a job, in requests of at most 100 tasks and 1 MB.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="tasksToAdd">The tasks; read once, as they are sent.</param>
    /// <param name="createTasksOptions">Parallelism and treatment of errors; null for the defaults.</param>
    /// <param name="timeOutInSeconds">Longest time for all of it.</param>
    /// <param name="cancellationToken">Stops it; tasks already sent stay added.</param>
    /// <returns>How many tasks were added.</returns>
    /// <exception cref="ParallelOperationsException">Requests failed, or the result handler threw: holds each exception.</exception>
    /// <exception cref="TimeoutException">It took longer than <paramref name="timeOutInSeconds"/>.</exception>
    public virtual CreateTasksResult CreateTasks(
        string jobId,
        IEnumerable<BatchTaskCreateOptions> tasksToAdd,
        CreateTasksOptions createTasksOptions = null,
        TimeSpan? timeOutInSeconds = null,
        CancellationToken cancellationToken = default) =>
        CreateTasksAsync(jobId, tasksToAdd, createTasksOptions, timeOutInSeconds, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="CreateTasks"/>
    public virtual Task<CreateTasksResult> CreateTasksAsync(
        string jobId,
        IEnumerable<BatchTaskCreateOptions> tasksToAdd,
        CreateTasksOptions createTasksOptions = null,
        TimeSpan? timeOutInSeconds = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        ArgumentNullException.ThrowIfNull(tasksToAdd);
        return new TaskAdder(this, jobId, createTasksOptions ?? new CreateTasksOptions(), TimeProvider.System)
            .RunAsync(tasksToAdd, timeOutInSeconds, cancellationToken);
    }
}

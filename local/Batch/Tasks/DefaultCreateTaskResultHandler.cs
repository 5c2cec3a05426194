namespace Azure.Compute.Batch;

/// <summary>
/// Takes a task that exists already as added, tries again after an error of the service, and stops at an error of the caller.
/// </summary>
public class DefaultCreateTaskResultHandler : TaskResultHandler
{
    /// <summary>After so many retries an error of the service stops the call too.</summary>
    internal const int MaxRetries = 10;

    /// <inheritdoc/>
    /// <exception cref="AddTaskCollectionTerminatedException">The service refused the task, or failed at it time and again.</exception>
    public override CreateTaskResultStatus CreateTaskResultHandler(CreateTaskResult addTaskResult, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(addTaskResult);
        BatchTaskCreateResult result = addTaskResult.BatchTaskResult;
        if (result.Error is null || result.Error.Code == BatchErrorCodeStrings.TaskExists)
        {
            return CreateTaskResultStatus.Success;
        }

        return result.Status == BatchTaskAddStatus.ServerError && addTaskResult.RetryCount < MaxRetries
            ? CreateTaskResultStatus.Retry
            : throw new AddTaskCollectionTerminatedException(addTaskResult);
    }
}

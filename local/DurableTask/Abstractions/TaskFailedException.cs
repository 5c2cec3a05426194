namespace Microsoft.DurableTask;

/// <summary>Thrown in an orchestrator that awaits a task which failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>Initializes the failure of a task from an exception.</summary>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(GetMessage(taskName, taskId, innerException?.Message), innerException)
    {
        ArgumentNullException.ThrowIfNull(innerException);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = TaskFailureDetails.FromException(innerException);
    }

    /// <summary>Initializes the failure of a task from its details.</summary>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(GetMessage(taskName, taskId, failureDetails?.ErrorMessage))
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>The name of the activity or sub-orchestration.</summary>
    public string TaskName { get; }

    /// <summary>The number of the call in its orchestration, from 0.</summary>
    public int TaskId { get; }

    /// <summary>Why the task failed.</summary>
    public TaskFailureDetails FailureDetails { get; }

    /// <summary>Whether the task failed with an exception of the given type or one derived from it.</summary>
    [Obsolete("Use the FailureDetails property and its IsCausedBy<T>() method")]
    public bool IsCausedByException<T>()
        where T : Exception => FailureDetails.IsCausedBy<T>();

    static string GetMessage(string taskName, int taskId, string? details) => string.IsNullOrEmpty(details)
        ? $"Task '{taskName}' (#{taskId}) failed with an unhandled exception."
        : $"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {details}";
}

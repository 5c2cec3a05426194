using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>A task that a node ran lately.</summary>
public class BatchTaskInfo
{
    internal BatchTaskInfo()
    {
    }

    /// <summary>Address of the task.</summary>
    [JsonPropertyName("taskUrl")]
    public Uri TaskUri { get; internal set; }

    /// <summary>The job.</summary>
    public string JobId { get; internal set; }

    /// <summary>The task.</summary>
    public string TaskId { get; internal set; }

    /// <summary>Number of the subtask; null for the primary.</summary>
    public int? SubtaskId { get; internal set; }

    /// <summary>State of the task.</summary>
    public BatchTaskState TaskState { get; internal set; }

    /// <summary>How it ran.</summary>
    public BatchTaskExecutionInfo ExecutionInfo { get; internal set; }
}

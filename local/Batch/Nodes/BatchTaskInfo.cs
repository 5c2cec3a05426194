using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Task info of the Batch service.</summary>
public class BatchTaskInfo
{
    internal BatchTaskInfo()
    {
    }

    /// <summary>The task uri.</summary>
    [JsonPropertyName("taskUrl")]
    public Uri TaskUri { get; internal set; }

    /// <summary>The job.</summary>
    public string JobId { get; internal set; }

    /// <summary>The task.</summary>
    public string TaskId { get; internal set; }

    /// <summary>The subtask id.</summary>
    public int? SubtaskId { get; internal set; }

    /// <summary>The task state.</summary>
    public BatchTaskState TaskState { get; internal set; }

    /// <summary>How it ran.</summary>
    public BatchTaskExecutionInfo ExecutionInfo { get; internal set; }
}

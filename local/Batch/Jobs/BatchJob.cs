using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A job: tasks that run on one pool.</summary>
public class BatchJob
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="poolInfo">The pool the tasks run on.</param>
    public BatchJob(BatchPoolInfo poolInfo)
    {
        PoolInfo = poolInfo ?? throw new ArgumentNullException(nameof(poolInfo));
    }

    internal BatchJob()
    {
    }

    /// <summary>From -1000 (lowest) to 1000; 0 by default.</summary>
    public int? Priority { get; set; }

    /// <summary>Whether jobs of higher priority may take the nodes of its tasks.</summary>
    public bool? AllowTaskPreemption { get; set; }

    /// <summary>How many of its tasks may run at once; -1 for no limit.</summary>
    public int? MaxParallelTasks { get; set; }

    /// <summary>Limits of time and retries.</summary>
    public BatchJobConstraints Constraints { get; set; }

    /// <summary>The pool the tasks run on.</summary>
    public BatchPoolInfo PoolInfo { get; set; }

    /// <summary>What happens to the job when all tasks are completed.</summary>
    [JsonPropertyName("onAllTasksComplete")]
    public BatchAllTasksCompleteMode? AllTasksCompleteMode { get; set; }

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string Id { get; internal set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string DisplayName { get; internal set; }

    /// <summary>Whether tasks may depend on each other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public bool? UsesTaskDependencies { get; internal set; }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public Uri Uri { get; internal set; }

    /// <summary>Version of the resource; changes with every change.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public ETag ETag { get; internal set; }

    /// <summary>When it last changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset LastModified { get; internal set; }

    /// <summary>When it was created.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset CreationTime { get; internal set; }

    /// <summary>Current state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobState State { get; internal set; }

    /// <summary>When it entered its state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset StateTransitionTime { get; internal set; }

    /// <summary>State before the current one; null while it is in its first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobState? PreviousState { get; internal set; }

    /// <summary>When it entered the previous state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset? PreviousStateTransitionTime { get; internal set; }

    /// <summary>Task that starts with the job and may steer it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobManagerTask JobManagerTask { get; internal set; }

    /// <summary>Task that runs on a node before the first task of the job there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobPreparationTask JobPreparationTask { get; internal set; }

    /// <summary>Task that runs at the end of the job on every node that ran the preparation task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobReleaseTask JobReleaseTask { get; internal set; }

    /// <summary>Environment variables for all tasks of the job.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IReadOnlyList<EnvironmentSetting> CommonEnvironmentSettings { get; internal set; } = new UnsetList<EnvironmentSetting>();

    /// <summary>What happens to the job when a task fails.</summary>
    [JsonPropertyName("onTaskFailure")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskFailureMode? TaskFailureMode { get; internal set; }

    /// <summary>Network of the nodes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobNetworkConfiguration NetworkConfiguration { get; internal set; }

    /// <summary>How it ran.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobExecutionInfo ExecutionInfo { get; internal set; }

    /// <summary>Statistics of its whole life; only with <c>$expand=stats</c>.</summary>
    [JsonPropertyName("stats")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobStatistics JobStatistics { get; internal set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJob batchJob) => batchJob is null ? null : BatchJson.Content(batchJob);

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchJob(Response response) => BatchJson.Read<BatchJob>(response.Content);
}

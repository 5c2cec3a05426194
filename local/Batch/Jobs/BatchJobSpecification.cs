using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Jobs that a schedule creates.</summary>
public class BatchJobSpecification
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="poolInfo">The pool the tasks run on.</param>
    public BatchJobSpecification(BatchPoolInfo poolInfo)
    {
        PoolInfo = poolInfo ?? throw new ArgumentNullException(nameof(poolInfo));
    }

    internal BatchJobSpecification()
    {
    }

    /// <summary>From -1000 (lowest) to 1000; 0 by default.</summary>
    public int? Priority { get; set; }

    /// <summary>Whether jobs of higher priority may take the nodes of its tasks.</summary>
    public bool? AllowTaskPreemption { get; set; }

    /// <summary>How many of its tasks may run at once; -1 for no limit.</summary>
    public int? MaxParallelTasks { get; set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>Whether tasks may depend on each other.</summary>
    public bool? UsesTaskDependencies { get; set; }

    /// <summary>What happens to the job when all tasks are completed.</summary>
    [JsonPropertyName("onAllTasksComplete")]
    public BatchAllTasksCompleteMode? AllTasksCompleteMode { get; set; }

    /// <summary>What happens to the job when a task fails.</summary>
    [JsonPropertyName("onTaskFailure")]
    public BatchTaskFailureMode? TaskFailureMode { get; set; }

    /// <summary>Network of the nodes.</summary>
    public BatchJobNetworkConfiguration NetworkConfiguration { get; set; }

    /// <summary>Limits of time and retries.</summary>
    public BatchJobConstraints Constraints { get; set; }

    /// <summary>Task that starts with the job and may steer it.</summary>
    public BatchJobManagerTask JobManagerTask { get; set; }

    /// <summary>Task that runs on a node before the first task of the job there.</summary>
    public BatchJobPreparationTask JobPreparationTask { get; set; }

    /// <summary>Task that runs at the end of the job on every node that ran the preparation task.</summary>
    public BatchJobReleaseTask JobReleaseTask { get; set; }

    /// <summary>Environment variables for all tasks of the job.</summary>
    public IList<EnvironmentSetting> CommonEnvironmentSettings { get; internal set; } = new UnsetList<EnvironmentSetting>();

    /// <summary>The pool the tasks run on.</summary>
    public BatchPoolInfo PoolInfo { get; set; }

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();
}

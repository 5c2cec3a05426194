using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Changes of a job; what is not set stays.</summary>
public class BatchJobUpdateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchJobUpdateOptions()
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

    /// <summary>Network of the nodes.</summary>
    public BatchJobNetworkConfiguration NetworkConfiguration { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJobUpdateOptions batchJobUpdateOptions) => batchJobUpdateOptions is null ? null : BatchJson.Content(batchJobUpdateOptions);
}

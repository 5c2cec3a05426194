using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Job preparation and release task status of the Batch service.</summary>
public class BatchJobPreparationAndReleaseTaskStatus
{
    internal BatchJobPreparationAndReleaseTaskStatus()
    {
    }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>The node.</summary>
    public string NodeId { get; internal set; }

    /// <summary>The node uri.</summary>
    [JsonPropertyName("nodeUrl")]
    public Uri NodeUri { get; internal set; }

    /// <summary>The job preparation task execution info.</summary>
    public BatchJobPreparationTaskExecutionInfo JobPreparationTaskExecutionInfo { get; internal set; }

    /// <summary>The job release task execution info.</summary>
    public BatchJobReleaseTaskExecutionInfo JobReleaseTaskExecutionInfo { get; internal set; }
}

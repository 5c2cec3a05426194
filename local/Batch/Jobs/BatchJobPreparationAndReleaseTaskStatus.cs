using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How the preparation and release tasks of a job went on one node.</summary>
public class BatchJobPreparationAndReleaseTaskStatus
{
    internal BatchJobPreparationAndReleaseTaskStatus()
    {
    }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>The node.</summary>
    public string NodeId { get; internal set; }

    /// <summary>Address of the node.</summary>
    [JsonPropertyName("nodeUrl")]
    public Uri NodeUri { get; internal set; }

    /// <summary>How the preparation task went.</summary>
    public BatchJobPreparationTaskExecutionInfo JobPreparationTaskExecutionInfo { get; internal set; }

    /// <summary>How the release task went.</summary>
    public BatchJobReleaseTaskExecutionInfo JobReleaseTaskExecutionInfo { get; internal set; }
}

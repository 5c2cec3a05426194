using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Where a task ran.</summary>
public class BatchNodeInfo
{
    internal BatchNodeInfo()
    {
    }

    /// <summary>Handle of the node, for tasks that prefer it.</summary>
    public string AffinityId { get; internal set; }

    /// <summary>Address of the node.</summary>
    [JsonPropertyName("nodeUrl")]
    public Uri NodeUri { get; internal set; }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>The node.</summary>
    public string NodeId { get; internal set; }

    /// <summary>Folder of the task on the node.</summary>
    public string TaskRootDirectory { get; internal set; }

    /// <summary>Address of the task's folder.</summary>
    [JsonPropertyName("taskRootDirectoryUrl")]
    public Uri TaskRootDirectoryUri { get; internal set; }
}

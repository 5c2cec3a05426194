using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Node info of the Batch service.</summary>
public class BatchNodeInfo
{
    internal BatchNodeInfo()
    {
    }

    /// <summary>Handle of the node, for tasks that prefer it.</summary>
    public string AffinityId { get; internal set; }

    /// <summary>The node uri.</summary>
    [JsonPropertyName("nodeUrl")]
    public Uri NodeUri { get; internal set; }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>The node.</summary>
    public string NodeId { get; internal set; }

    /// <summary>The task root directory.</summary>
    public string TaskRootDirectory { get; internal set; }

    /// <summary>The task root directory uri.</summary>
    [JsonPropertyName("taskRootDirectoryUrl")]
    public Uri TaskRootDirectoryUri { get; internal set; }
}

using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What a pool has used.</summary>
public class BatchPoolStatistics
{
    internal BatchPoolStatistics()
    {
    }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    public Uri Uri { get; internal set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When the statistics were last updated.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>How long the nodes were used.</summary>
    [JsonPropertyName("usageStats")]
    public BatchPoolUsageStatistics UsageStatistics { get; internal set; }

    /// <summary>What the nodes used of their resources.</summary>
    [JsonPropertyName("resourceStats")]
    public BatchPoolResourceStatistics ResourceStatistics { get; internal set; }
}

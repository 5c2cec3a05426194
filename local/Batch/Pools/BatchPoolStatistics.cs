using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>Pool statistics of the Batch service.</summary>
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

    /// <summary>The last update time.</summary>
    public DateTimeOffset LastUpdateTime { get; internal set; }

    /// <summary>The usage statistics.</summary>
    [JsonPropertyName("usageStats")]
    public BatchPoolUsageStatistics UsageStatistics { get; internal set; }

    /// <summary>The resource statistics.</summary>
    [JsonPropertyName("resourceStats")]
    public BatchPoolResourceStatistics ResourceStatistics { get; internal set; }
}

using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>The latest job of a schedule.</summary>
public class RecentBatchJob
{
    internal RecentBatchJob()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; internal set; }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    public Uri Uri { get; internal set; }
}

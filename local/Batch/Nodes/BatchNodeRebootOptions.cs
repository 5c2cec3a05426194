using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>How to restart a node.</summary>
public class BatchNodeRebootOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchNodeRebootOptions()
    {
    }

    /// <summary>What happens to running tasks; requeued by default.</summary>
    [JsonPropertyName("nodeRebootOption")]
    public BatchNodeRebootKind? NodeRebootKind { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeRebootOptions batchNodeRebootOptions) => batchNodeRebootOptions is null ? null : BatchJson.Content(batchNodeRebootOptions);
}

using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Nodes to remove from a pool.</summary>
public class BatchNodeRemoveOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="nodeIds">The nodes, at most 100.</param>
    public BatchNodeRemoveOptions(IEnumerable<string> nodeIds)
    {
        ArgumentNullException.ThrowIfNull(nodeIds);
        NodeIds = nodeIds.ToList();
    }

    internal BatchNodeRemoveOptions()
    {
    }

    /// <summary>The nodes, at most 100.</summary>
    [JsonPropertyName("nodeList")]
    public IList<string> NodeIds { get; internal set; } = new UnsetList<string>();

    /// <summary>How long a resize may take: at least 5 minutes; 15 by default.</summary>
    public TimeSpan? ResizeTimeout { get; set; }

    /// <summary>What happens to running tasks; requeued by default.</summary>
    public BatchNodeDeallocationOption? NodeDeallocationOption { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchNodeRemoveOptions batchNodeRemoveOptions) => batchNodeRemoveOptions is null ? null : BatchJson.Content(batchNodeRemoveOptions);
}

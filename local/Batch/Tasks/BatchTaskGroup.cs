using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Tasks to add in one request: at most 100, and 1 MB.</summary>
public class BatchTaskGroup
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="values">Value.</param>
    public BatchTaskGroup(IEnumerable<BatchTaskCreateOptions> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values.ToList();
    }

    internal BatchTaskGroup()
    {
    }

    /// <summary>Value.</summary>
    [JsonPropertyName("value")]
    public IList<BatchTaskCreateOptions> Values { get; internal set; } = new UnsetList<BatchTaskCreateOptions>();

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchTaskGroup batchTaskGroup) => batchTaskGroup is null ? null : BatchJson.Content(batchTaskGroup);
}

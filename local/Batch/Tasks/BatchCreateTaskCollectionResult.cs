using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>What became of the tasks of a group, in any order.</summary>
public class BatchCreateTaskCollectionResult
{
    internal BatchCreateTaskCollectionResult()
    {
    }

    /// <summary>Value.</summary>
    [JsonPropertyName("value")]
    public IList<BatchTaskCreateResult> Values { get; internal set; } = new UnsetList<BatchTaskCreateResult>();

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchCreateTaskCollectionResult(Response response) => BatchJson.Read<BatchCreateTaskCollectionResult>(response.Content);
}

using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>How to end a job.</summary>
public class BatchJobTerminateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchJobTerminateOptions()
    {
    }

    /// <summary>Why it ended: a reason of the service, such as <c>AllTasksComplete</c>, or the text of whoever terminated it.</summary>
    [JsonPropertyName("terminateReason")]
    public string TerminationReason { get; set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJobTerminateOptions batchJobTerminateOptions) => batchJobTerminateOptions is null ? null : BatchJson.Content(batchJobTerminateOptions);
}

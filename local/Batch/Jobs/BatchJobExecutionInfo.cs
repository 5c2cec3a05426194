using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>When a job ran, where, and why it ended.</summary>
public class BatchJobExecutionInfo
{
    internal BatchJobExecutionInfo()
    {
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; internal set; }

    /// <summary>The pool.</summary>
    public string PoolId { get; internal set; }

    /// <summary>Why it could not be scheduled.</summary>
    public BatchJobSchedulingError SchedulingError { get; internal set; }

    /// <summary>Why it ended: a reason of the service, such as <c>AllTasksComplete</c>, or the text of whoever terminated it.</summary>
    [JsonPropertyName("terminateReason")]
    public string TerminationReason { get; internal set; }
}

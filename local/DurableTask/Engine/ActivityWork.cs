using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Engine;

/// <summary>An activity call that waits for a worker or runs.</summary>
/// <param name="Number">The row of the orchestration that called it.</param>
/// <param name="Generation">That orchestration's generation.</param>
/// <param name="InstanceId">That orchestration's id.</param>
/// <param name="Call">The call.</param>
/// <param name="Trace">The orchestration's span.</param>
sealed record ActivityWork(long Number, int Generation, string InstanceId, HistoryRecord Call, string? Trace)
{
    public ActivityKey Key => new(Number, Generation, Call.Id);

    /// <summary>The worker that runs it, if any.</summary>
    public WorkerConnection? Worker { get; set; }
}

/// <summary>Identifies an activity call.</summary>
readonly record struct ActivityKey(long Number, int Generation, int TaskId);

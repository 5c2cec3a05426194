namespace Azure.Compute.Batch;

/// <summary>What became of one task of <see cref="BatchClient.CreateTasks"/>.</summary>
public class CreateTaskResult
{
    internal CreateTaskResult(BatchTaskCreateOptions task, int retryCount, BatchTaskCreateResult batchTaskResult)
    {
        Task = task;
        RetryCount = retryCount;
        BatchTaskResult = batchTaskResult;
    }

    /// <summary>The task.</summary>
    public BatchTaskCreateOptions Task { get; }

    /// <summary>How many times it was tried again so far.</summary>
    public int RetryCount { get; }

    /// <summary>What the service said.</summary>
    public BatchTaskCreateResult BatchTaskResult { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"Task {Task.Id}: {BatchTaskResult.Status}"
        + (BatchTaskResult.Error is { } error ? $", {error.Code}: {error.Message?.Value}" : "")
        + (RetryCount > 0 ? $" ({RetryCount} retries)" : "");
}

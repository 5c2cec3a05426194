#nullable enable
namespace Azure.Compute.Batch;

/// <summary>Adds any number of tasks to a job, by as many requests as that takes.</summary>
internal sealed class TaskAdder(BatchClient client, string jobId, CreateTasksOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Throttled so many times in a row, the call gives up; with the default delays that is after about two minutes.</summary>
    internal const int MaxThrottles = 12;

    private readonly TaskResultHandler _handler = options.CreateTaskResultHandler ?? new DefaultCreateTaskResultHandler();
    private readonly CreateTasksResult _result = new([]);
    private readonly Lock _lock = new();

    /// <exception cref="ParallelOperationsException">Requests failed, or the handler threw; holds each exception.</exception>
    /// <exception cref="TimeoutException">It took longer than <paramref name="timeOut"/>.</exception>
    public async Task<CreateTasksResult> RunAsync(
        IEnumerable<BatchTaskCreateOptions> tasks, TimeSpan? timeOut, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeOut ?? Timeout.InfiniteTimeSpan, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using IEnumerator<BatchTaskCreateOptions> enumerator = tasks.GetEnumerator();
        var source = new TaskSource(enumerator);
        var failures = new List<Exception>();
        Task[] senders = [.. Enumerable.Range(0, options.MaxDegreeOfParallelism).Select(_ => SendAsync())];
        await Task.WhenAll(senders).ConfigureAwait(false);
        if (failures.Count > 0)
        {
            throw new ParallelOperationsException($"Not all tasks could be added to job '{jobId}'; {_result.PassCount} were.", failures);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return deadline.IsCancellationRequested
            ? throw new TimeoutException($"Not all tasks could be added to job '{jobId}' within {timeOut}; {_result.PassCount} were.")
            : _result;

        async Task SendAsync()
        {
            try
            {
                await SendGroupsAsync(source, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The caller, the deadline or another sender stopped it, which is told below.
            }
#pragma warning disable CA1031 // Every failure is thrown, together, once all senders have stopped.
            catch (Exception e)
#pragma warning restore CA1031
            {
                lock (_lock)
                {
                    failures.Add(e);
                }

                await stop.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task SendGroupsAsync(TaskSource source, CancellationToken cancellationToken)
    {
        List<PendingTask> again = [];
        TimeSpan delay = TimeSpan.Zero;
        int throttles = 0;
        while (source.Take(again) is { Count: > 0 } group)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                BatchCreateTaskCollectionResult results = await client.CreateTaskCollectionAsync(
                    jobId, new BatchTaskGroup(group.Select(task => task.Options)), cancellationToken: cancellationToken).ConfigureAwait(false);
                again = Judge(group, results.Values, cancellationToken);
                throttles = 0;
                delay = again.Count > 0 ? Longer(delay) : TimeSpan.Zero;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BatchErrorCode.RequestBodyTooLarge && group.Count > 1)
            {
                source.Shrink(group.Count);
                again = group;
            }
            catch (RequestFailedException e) when (e.Status == 429 && ++throttles < MaxThrottles)
            {
                delay = Longer(delay);
                again = group;
            }
        }
    }

    private List<PendingTask> Judge(List<PendingTask> group, IEnumerable<BatchTaskCreateResult> results, CancellationToken cancellationToken)
    {
        Dictionary<string, BatchTaskCreateResult> byId = results.ToDictionary(result => result.TaskId, StringComparer.OrdinalIgnoreCase);
        List<PendingTask> again = [];
        foreach (PendingTask task in group)
        {
            BatchTaskCreateResult result = byId.TryGetValue(task.Options.Id, out BatchTaskCreateResult? found)
                ? found
                : throw new InvalidOperationException($"The service said nothing about task '{task.Options.Id}'.");
            CreateTaskResultStatus status =
                _handler.CreateTaskResultHandler(new CreateTaskResult(task.Options, task.RetryCount, result), cancellationToken);
            if (status == CreateTaskResultStatus.Retry)
            {
                task.RetryCount++;
                again.Add(task);
            }
            else
            {
                Count(result, status == CreateTaskResultStatus.Success);
            }
        }

        return again;
    }

    private void Count(BatchTaskCreateResult result, bool passed)
    {
        lock (_lock)
        {
            _result.PassCount += passed ? 1 : 0;
            _result.FailCount += passed ? 0 : 1;
            if (options.ReturnBatchTaskCreateResults)
            {
                _result.BatchTaskCreateResults.Add(result);
            }
        }
    }

    private TimeSpan Longer(TimeSpan delay)
    {
        TimeSpan longest = TimeSpan.FromSeconds(options.MaxTimeBetweenCallsInSeconds);
        TimeSpan longer = delay == TimeSpan.Zero ? FirstDelay : delay * 2;
        return longer < longest ? longer : longest;
    }
}

using System.Runtime.CompilerServices;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using DurableTask.Sqlite.Storage;
using Newtonsoft.Json;

namespace DurableTask.Sqlite;

/// <content>What clients ask for.</content>
public partial class SqliteOrchestrationService
{
    private const int PurgeBatch = 200;
    private const int StreamedTurns = 100;

    private static readonly OrchestrationStatus[] KeptByDefault = [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.Suspended];

    /// <inheritdoc cref="CreateTaskOrchestrationAsync(TaskMessage, OrchestrationStatus[])"/>
    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage) => CreateTaskOrchestrationAsync(creationMessage, dedupeStatuses: null);

    /// <summary>Starts an orchestration. It is on disk when this ends.</summary>
    /// <param name="creationMessage">Has an <see cref="ExecutionStartedEvent"/>.</param>
    /// <param name="dedupeStatuses">
    /// Statuses with which an orchestration of the same id is kept; with another one it is replaced. <c>null</c> for pending, running and suspended.
    /// </param>
    /// <exception cref="OrchestrationAlreadyExistsException">There is one with such a status.</exception>
    public async Task CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[]? dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(creationMessage);
        if (creationMessage.Event is not ExecutionStartedEvent)
        {
            throw new ArgumentException($"An orchestration starts with an {nameof(ExecutionStartedEvent)}, not with {creationMessage.Event?.EventType}.", nameof(creationMessage));
        }

        var message = EncodedMessage.CopyOf(creationMessage);
        var open = await OpenAsync();
        var effects = await open.Writer.WriteAsync(tables => tables.Create(message, dedupeStatuses ?? KeptByDefault), Follow);
        if (effects.Refusal is { } refusal)
        {
            throw new OrchestrationAlreadyExistsException(refusal);
        }
    }

    /// <inheritdoc cref="SendTaskOrchestrationMessageBatchAsync"/>
    public Task SendTaskOrchestrationMessageAsync(TaskMessage message) => SendTaskOrchestrationMessageBatchAsync(message);

    /// <summary>Sends messages, all or none. A message to an instance that is not there or has finished is discarded; one to an entity makes it.</summary>
    public async Task SendTaskOrchestrationMessageBatchAsync(params TaskMessage[] messages)
    {
        var encoded = Array.ConvertAll(messages, EncodedMessage.CopyOf);
        var open = await OpenAsync();
        await open.Writer.WriteAsync(tables => tables.Send(encoded), Follow);
    }

    /// <summary>Waits until an instance has finished.</summary>
    /// <param name="instanceId">The instance. It may start later than the wait.</param>
    /// <param name="executionId">
    /// An execution of it, or <c>null</c>. When it is replaced by another one before it finishes, the wait ends with the status Terminated; when it continues as
    /// new, the wait goes on.
    /// </param>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">It did not finish in time (the inner exception is a <see cref="TimeoutException"/> then), or the wait was cancelled.</exception>
    public async Task<OrchestrationState> WaitForOrchestrationAsync(string instanceId, string? executionId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var open = await OpenAsync();
        var waiter = waiters.Add(instanceId, executionId);
        try
        {
            var state = open.Read(queries => queries.State(instanceId, withPayloads: true));
            if (state is not null && Status.IsFinished(state.OrchestrationStatus))
            {
                return state;
            }

            return await waiter.Source.Task.WaitAsync(timeout < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout, options.TimeProvider, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            // What other providers throw, and their callers catch.
            throw new TaskCanceledException($"The orchestration '{instanceId}' did not finish within {timeout}.", exception, cancellationToken);
        }
        finally
        {
            waiters.Remove(waiter);
        }
    }

    /// <summary>Ends an orchestration. One that has not begun, because it is scheduled or its worker is not there, ends at once.</summary>
    public Task ForceTerminateTaskOrchestrationAsync(string instanceId, string reason) =>
        SendTaskOrchestrationMessageAsync(Message(instanceId, new ExecutionTerminatedEvent(-1, reason)));

    /// <summary>Runs a failed orchestration again from where it failed.</summary>
    /// <param name="instanceId">The orchestration; one that has not failed takes no notice.</param>
    /// <param name="reason">Why.</param>
    public Task RewindTaskOrchestrationAsync(string instanceId, string reason) =>
        SendTaskOrchestrationMessageAsync(Message(instanceId, new ExecutionRewoundEvent(-1, reason)));

    /// <summary>The state of an instance: a list of one, or of none.</summary>
    public async Task<IList<OrchestrationState>> GetOrchestrationStateAsync(string instanceId, bool allExecutions) =>
        await GetOrchestrationStateAsync(instanceId, executionId: null) is { } state ? [state] : [];

    /// <summary>The state of an instance; <c>null</c> when it is not there or its present execution is another one.</summary>
    public async Task<OrchestrationState> GetOrchestrationStateAsync(string instanceId, string? executionId)
    {
        var open = await OpenAsync();
        var state = open.Read(queries => queries.State(instanceId, withPayloads: true));
        return state is not null && (string.IsNullOrEmpty(executionId) || string.Equals(executionId, state.OrchestrationInstance.ExecutionId, StringComparison.Ordinal))
            ? state
            : null!;
    }

    /// <summary>The state of an instance without its input and output; <c>null</c> when it is not there.</summary>
    public async Task<OrchestrationState?> GetOrchestrationSummaryAsync(string instanceId)
    {
        var open = await OpenAsync();
        return open.Read(queries => queries.State(instanceId, withPayloads: false));
    }

    /// <summary>An instance's history as a JSON array of events.</summary>
    public async Task<string> GetOrchestrationHistoryAsync(string instanceId, string? executionId)
    {
        var events = new List<HistoryEvent>();
        await foreach (var historyEvent in StreamOrchestrationHistoryAsync(instanceId, executionId))
        {
            events.Add(historyEvent);
        }

        return JsonConvert.SerializeObject(events);
    }

    /// <summary>An instance's history, read piece by piece: as much of it is in memory as the caller keeps.</summary>
    /// <param name="instanceId">The instance; an unknown one has no events.</param>
    /// <param name="executionId">Its present execution, or <c>null</c>; another one has no events.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<HistoryEvent> StreamOrchestrationHistoryAsync(
        string instanceId, string? executionId = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var open = await OpenAsync();
        if (open.Read(queries => queries.Find(instanceId)) is not var (key, exec)
            || (!string.IsNullOrEmpty(executionId) && !string.Equals(executionId, exec, StringComparison.Ordinal)))
        {
            yield break;
        }

        for (var last = 0L; ;)
        {
            var (events, read) = open.Read(queries => queries.Turns(key, last, StreamedTurns));
            if (read == last)
            {
                yield break;
            }

            last = read;
            foreach (var historyEvent in events)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return historyEvent;
            }
        }
    }

    /// <summary>Deletes orchestrations that finished, or were created and have finished, before a time.</summary>
    public Task PurgeOrchestrationHistoryAsync(DateTime thresholdDateTimeUtc, OrchestrationStateTimeRangeFilterType timeRangeFilterType) => timeRangeFilterType switch
    {
        OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter =>
            PurgeInstanceStateAsync(new PurgeInstanceFilter(DateTime.MinValue, thresholdDateTimeUtc, runtimeStatus: null)),
        OrchestrationStateTimeRangeFilterType.OrchestrationCompletedTimeFilter or OrchestrationStateTimeRangeFilterType.OrchestrationLastUpdatedTimeFilter =>
            PurgeAsync((queries, _) => queries.FinishedBefore(thresholdDateTimeUtc, PurgeBatch), timeout: null),
        _ => throw new ArgumentOutOfRangeException(nameof(timeRangeFilterType), timeRangeFilterType, "There is no such filter."),
    };

    /// <summary>Deletes a finished orchestration or an entity.</summary>
    public async Task<PurgeResult> PurgeInstanceStateAsync(string instanceId)
    {
        var open = await OpenAsync();
        var effects = await open.Writer.WriteAsync(tables => tables.Purge(instanceId), Follow);
        return new PurgeResult(effects.Applied ? 1 : 0);
    }

    /// <summary>Deletes finished orchestrations; entities are left.</summary>
    public Task<PurgeResult> PurgeInstanceStateAsync(PurgeInstanceFilter purgeInstanceFilter)
    {
        ArgumentNullException.ThrowIfNull(purgeInstanceFilter);
        return PurgeAsync((queries, after) => queries.Finished(purgeInstanceFilter, after, PurgeBatch), purgeInstanceFilter.Timeout);
    }

    /// <summary>Lists instances page by page: the oldest first or, with a prefix, by id.</summary>
    /// <exception cref="ArgumentException">The continuation token is none that this method has given.</exception>
    public async Task<OrchestrationQueryResult> GetOrchestrationWithQueryAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        cancellationToken.ThrowIfCancellationRequested();
        var (states, continuation) = await ListAsync(new InstanceFilter
        {
            Entities = query.ExcludeEntities ? false : null,
            Prefix = string.IsNullOrEmpty(query.InstanceIdPrefix) ? null : query.InstanceIdPrefix,
            CreatedFrom = query.CreatedTimeFrom,
            CreatedTo = query.CreatedTimeTo,
            Statuses = query.RuntimeStatus?.ToList() ?? [],
            PageSize = query.PageSize > 0 ? query.PageSize : 100,
            WithPayloads = query.FetchInputsAndOutputs,
            Continuation = query.ContinuationToken,
        });
        return new OrchestrationQueryResult(states, continuation);
    }

    /// <summary>A page of instances.</summary>
    internal async Task<(List<OrchestrationState> States, string? Continuation)> ListAsync(InstanceFilter filter)
    {
        var open = await OpenAsync();
        return open.Read(queries => queries.Page(filter));
    }

    /// <summary>Deletes an entity that is still as empty as its status said.</summary>
    internal async Task<bool> PurgeEmptyEntityAsync(string instanceId, string? customStatus)
    {
        var open = await OpenAsync();
        var effects = await open.Writer.WriteAsync(tables => tables.PurgeEmptyEntity(instanceId, customStatus), Follow);
        return effects.Applied;
    }

    private static TaskMessage Message(string instanceId, HistoryEvent historyEvent) =>
        new() { OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId }, Event = historyEvent };

    /// <summary>Deletes in transactions of some hundred instances, so that work goes on between them.</summary>
    private async Task<PurgeResult> PurgeAsync(Func<Queries, long, List<long>> find, TimeSpan? timeout)
    {
        var open = await OpenAsync();
        var begun = options.TimeProvider.GetTimestamp();
        var count = 0;
        for (var after = 0L; open.Read(queries => find(queries, after)) is { Count: > 0 } keys; after = keys[^1])
        {
            if (timeout is { } limit && options.TimeProvider.GetElapsedTime(begun) > limit)
            {
                return new PurgeResult(count, isComplete: false);
            }

            await open.Writer.WriteAsync(tables => tables.Purge(keys), Follow);
            count += keys.Count;
        }

        if (count >= PurgeBatch)
        {
            await open.Writer.ShrinkAsync();
        }

        return new PurgeResult(count, timeout is null ? null : true);
    }
}

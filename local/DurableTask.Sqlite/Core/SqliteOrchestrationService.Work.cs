using DurableTask.Core;
using DurableTask.Core.Common;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;
using DurableTask.Sqlite.Dispatch;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite;

/// <content>Opening and closing the file, and what handing out work takes.</content>
public partial class SqliteOrchestrationService
{
    /// <summary>Opens the file if it is not open.</summary>
    internal async Task<Database> OpenAsync()
    {
        if (database is { } open)
        {
            return open;
        }

        await opening.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (database is null)
            {
                var opened = Database.Open(options);
                opened.Writer.Reload = Reload;
                database = opened;
            }

            return database;
        }
        finally
        {
            opening.Release();
        }
    }

    /// <summary>Brings the memory up to a commit: work to hand out, and who waits for an end. Runs on the writer's thread.</summary>
    internal void Follow(Effects effects) => Follow(effects, turnOf: null);

    private void Follow(Effects effects, Slot? turnOf)
    {
        dispatcher?.Apply(effects, turnOf);
        effects.Cleared.ForEach(histories.Remove);
        effects.Finished.ForEach(waiters.Finished);
        effects.Replaced.ForEach(waiters.Replaced);
        foreach (var (instanceId, type, reason) in effects.Discarded)
        {
            Log.Discarded(logger, type, instanceId, reason);
        }
    }

    /// <summary>Brings the memory to what the file holds, whatever it held before. Runs on the writer's thread.</summary>
    private void Reload(Queries queries)
    {
        Reset(queries.Backlog());
        waiters.Check(id => queries.State(id, withPayloads: true));
    }

    private void Reset(Backlog backlog)
    {
        histories.Clear();
        dispatcher?.Reset(backlog);
    }

    /// <summary>The open file, for work that cannot have been handed out without it.</summary>
    private Database Opened() => database ?? throw new InvalidOperationException("The service is stopped.");

    private async Task CloseAsync()
    {
        if (maintenance is { } running)
        {
            maintenance = null;
            await running.DisposeAsync();
        }

        if (dispatcher is { } dispatching)
        {
            await dispatching.DisposeAsync();
        }

        if (database is { } open)
        {
            database = null;
            await open.DisposeAsync();
        }

        dispatcher = null;
    }

    private async Task<TaskOrchestrationWorkItem> LockNextAsync(InstanceKinds kinds, TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (await NextInstanceAsync(kinds, timeout, cancellationToken) is var (slot, taken))
        {
            try
            {
                if (Load(slot, taken) is { } item)
                {
                    return item;
                }

                // Its messages are gone: it was purged, or replaced by another one.
                dispatcher?.Release(slot);
            }
            catch
            {
                dispatcher?.GiveBack(slot, taken, isFailure: true);
                dispatcher?.Release(slot);
                throw;
            }
        }

        return null!;
    }

    private async Task<(Slot Slot, List<StoredMessage> Messages)?> NextInstanceAsync(InstanceKinds kinds, TimeSpan timeout, CancellationToken cancellationToken) =>
        await ReadyToDispatchAsync(timeout, cancellationToken) is { } ready ? await ready.NextInstanceAsync(kinds, timeout, cancellationToken) : null;

    private async Task<ActivityEntry?> NextActivityAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        await ReadyToDispatchAsync(timeout, cancellationToken) is { } ready ? await ready.Activities.NextAsync(timeout, cancellationToken) : null;

    /// <summary>The dispatcher, once the disk takes what is written: the results of work done while it does not would be lost.</summary>
    private async Task<Dispatcher?> ReadyToDispatchAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            if (dispatcher is not { } ready || database is not { } open)
            {
                // Asked before the start or after the end: not to be asked again at once.
                await Task.Delay(timeout, options.TimeProvider, cancellationToken);
                return null;
            }

            if (!open.Writer.IsHealthy)
            {
                await open.Writer.WaitUntilHealthyAsync(cancellationToken).WaitAsync(timeout, options.TimeProvider, cancellationToken);
            }

            return ready;
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            return null;
        }
    }

    private OrchestrationWorkItem? Load(Slot slot, List<StoredMessage> taken)
    {
        var messages = LoadMessages(taken);
        if (messages.Count == 0)
        {
            return null;
        }

        var instanceId = messages[0].OrchestrationInstance.InstanceId;
        var history = histories.Find(slot.Key);
        if (history is null && messages[0].Event is not ExecutionStartedEvent)
        {
            if (Opened().Read(queries => queries.History(slot.Key)) is not var (turns, events, size))
            {
                return null;
            }

            histories.Set(slot.Key, turns, events, size);
            history = new HistoryCache.Entry(slot.Key) { Events = events, Turns = turns, Bytes = size };
        }

        var state = new OrchestrationRuntimeState(history?.Events);
        if (state.ExecutionStartedEvent is null)
        {
            Entities.AutoStart(instanceId, messages);
        }
        else if (messages[0].Event is ExecutionRewoundEvent)
        {
            // Core writes to this without looking whether it is there; it is not when nobody listens to traces.
            state.ExecutionStartedEvent.ParentTraceContext ??= new DistributedTraceContext(string.Empty);
        }

        return new OrchestrationWorkItem
        {
            Slot = slot,
            Taken = taken,
            Turns = history?.Turns ?? 0,
            ExecutionId = state.OrchestrationInstance?.ExecutionId ?? string.Empty,
            InstanceId = instanceId,
            OrchestrationRuntimeState = state,
            NewMessages = messages,
            LockedUntilUtc = DateTime.MaxValue,

            // Not for entities: in a session Core leaves their state to whoever runs them, who may not keep it. Nothing is replayed for them anyway.
            Session = options.ExtendedSessions && !slot.IsEntity ? new Session(this) : null,
        };
    }

    /// <summary>The messages themselves. Those that are no longer in the file were deleted with their instance.</summary>
    private List<TaskMessage> LoadMessages(List<StoredMessage> taken)
    {
        var messages = new List<TaskMessage>(taken.Count + 1);
        if (taken.TrueForAll(message => message.Message is not null))
        {
            messages.AddRange(taken.Select(message => message.Message!));
        }
        else
        {
            messages.AddRange(Opened().Read(queries => taken.ConvertAll(message => message.Message ?? queries.Message(message.Id))).OfType<TaskMessage>());
        }

        return messages;
    }

    private void GiveBack(OrchestrationWorkItem item, bool isFailure)
    {
        if (!item.IsSettled)
        {
            item.IsSettled = true;
            histories.Remove(item.Slot.Key);
            dispatcher?.GiveBack(item.Slot, item.Taken, isFailure);
        }
    }

    private void Remember(Turn turn, Effects effects, IList<HistoryEvent> newEvents)
    {
        if (turn.State is null)
        {
            return;
        }

        if (!effects.Applied || turn.IsFinished)
        {
            histories.Remove(turn.Key);
        }
        else if (turn.Replaces)
        {
            histories.Set(turn.Key, turn.Number + 1, [.. newEvents], turn.Events.Length);
        }
        else
        {
            histories.Append(turn.Key, turn.Number, newEvents, turn.Events.Length);
        }
    }

    /// <summary>An activity has the tags of its orchestration besides its own.</summary>
    private static TaskMessage WithTags(TaskMessage message)
    {
        if (message is { Event: TaskScheduledEvent scheduled, OrchestrationExecutionContext.OrchestrationTags: { Count: > 0 } inherited })
        {
            var tags = new Dictionary<string, string>(inherited, StringComparer.Ordinal);
            foreach (var (key, value) in scheduled.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                tags[key] = value;
            }

            scheduled.Tags = tags;
        }

        return message;
    }

    private Task CompleteActivityAsync(ActivityEntry activity, TaskMessage response)
    {
        // Nobody sees a result before the turn that takes it, which waits for the disk. What is lost with the power until then is done again.
        var encoded = EncodedMessage.From(response);
        return Opened().Writer.WriteAsync(tables => tables.CompleteActivity(activity.Id, encoded), Follow, mayWaitForDisk: true);
    }

    private Task GiveUpAsync(ActivityEntry activity, TaskMessage message)
    {
        var scheduled = (TaskScheduledEvent)message.Event;
        Log.ActivityGivenUp(logger, scheduled.Name, message.OrchestrationInstance.InstanceId, activity.Attempts);
        var reason = $"The activity '{scheduled.Name}' ended {activity.Attempts} times without a result: its process crashed, timed out or was stopped each time.";
        var failure = new FailureDetails("ActivityGivenUp", reason, stackTrace: null, innerFailure: null, isNonRetriable: true);
        return CompleteActivityAsync(activity, new TaskMessage
        {
            OrchestrationInstance = message.OrchestrationInstance,
            Event = new TaskFailedEvent(-1, scheduled.EventId, reason, details: null, failure),
        });
    }

    /// <summary>Keeps an instance with its worker between turns.</summary>
    private sealed class Session(SqliteOrchestrationService service) : IOrchestrationSession
    {
        public async Task<IList<TaskMessage>?> FetchNewOrchestrationMessagesAsync(TaskOrchestrationWorkItem workItem)
        {
            var item = (OrchestrationWorkItem)workItem;
            if (item.IsOvertaken || service.dispatcher is not { } dispatcher || await dispatcher.NextOfSessionAsync(item.Slot, CancellationToken.None) is not { } taken)
            {
                return null;
            }

            item.Taken = taken;
            item.IsSettled = false;
            var messages = service.LoadMessages(taken);
            return messages.Count > 0 ? messages : null;
        }

        /// <summary>Nothing to do: the release of the work item ends everything.</summary>
        public Task EndSessionAsync() => Task.CompletedTask;
    }
}

using System.Threading.Channels;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>
/// Hands out work. It holds in memory what waits in the file and changes with each commit, in the order of the commits, so nothing is polled and nothing is
/// handed out twice. A message goes to a slot and the slot to a queue under one lock: no wake-up can be lost.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly Gate gate = new();
    private readonly SqliteOrchestrationServiceOptions options;
    private readonly TimeProvider timeProvider;
    private readonly Dictionary<long, Slot> slots = [];
    private readonly Dictionary<long, ActivityEntry> activities = [];
    private readonly TimerQueue timers;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task timerTask;

    // An instance or activity stands in its queue once, and is in the file: the queues are as long as the backlog on disk.
    private readonly WorkQueue orchestrations;
    private readonly WorkQueue entities;
    private readonly Channel<ActivityEntry> readyActivities = Channel.CreateUnbounded<ActivityEntry>();
    private long messageBytes;

    /// <summary>Begins with what the file holds.</summary>
    public Dispatcher(SqliteOrchestrationServiceOptions options, List<StoredMessage> messages, List<StoredMessage> waitingActivities)
    {
        this.options = options;
        timeProvider = options.TimeProvider;
        orchestrations = new WorkQueue(options.MaxConcurrentOrchestrations);
        entities = new WorkQueue(options.MaxConcurrentEntities);
        timers = new TimerQueue(timeProvider, Fire);
        lock (gate)
        {
            messages.ForEach(AddMessage);
            waitingActivities.ForEach(AddActivity);
        }

        timerTask = timers.RunAsync(gate, stopping.Token);
    }

    /// <summary>Whether work is no longer handed out.</summary>
    public bool IsStopping => stopping.IsCancellationRequested;

    /// <summary>Follows a commit, which may be that of an instance's turn.</summary>
    public void Apply(Effects effects, Slot? turnOf = null)
    {
        lock (gate)
        {
            if (turnOf is not null)
            {
                turnOf.Failures = 0;
            }

            // What was due before this commit comes before what it brings.
            FireDue();
            foreach (var key in effects.Cleared)
            {
                Clear(key);
            }

            foreach (var (due, id) in effects.ClearedTimers)
            {
                timers.RemoveMessage(due, id);
            }

            foreach (var id in effects.ClearedActivities)
            {
                if (activities.Remove(id, out var activity))
                {
                    activity.IsGone = true;
                }
            }

            effects.Messages.ForEach(AddMessage);
            effects.Activities.ForEach(AddActivity);
        }
    }

    /// <summary>Waits for an instance that has something to do, and takes its messages.</summary>
    /// <returns><c>null</c> after the timeout or when dispatching stops.</returns>
    public async Task<(Slot Slot, List<StoredMessage> Messages)?> NextInstanceAsync(InstanceKinds kinds, TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (await NextSlotAsync(kinds, timeout, cancellationToken) is { } slot)
        {
            lock (gate)
            {
                if (slot is { State: SlotState.Ready, Waiting.Count: > 0 })
                {
                    slot.State = SlotState.Running;
                    QueueOf(slot).Running++;
                    return (slot, TakeBatch(slot));
                }

                Retire(slot);
            }
        }

        return null;
    }

    /// <summary>Waits for more messages of an instance whose session goes on.</summary>
    /// <returns><c>null</c> when the session has to end.</returns>
    public async Task<List<StoredMessage>?> NextOfSessionAsync(Slot slot, CancellationToken cancellationToken)
    {
        var queue = QueueOf(slot);
        TaskCompletionSource waiter;
        lock (gate)
        {
            if (slot.Waiting.Count > 0)
            {
                return TakeBatch(slot);
            }

            if (IsStopping || queue.IsCrowded)
            {
                return null;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            slot.SessionWaiter = waiter;
            queue.IdleSessions.AddLast(slot);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, cancellationToken);
        try
        {
            await waiter.Task.WaitAsync(options.ExtendedSessionIdleTimeout, timeProvider, either.Token);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // The session ends unless a message has come in this very moment.
        }

        lock (gate)
        {
            slot.SessionWaiter = null;
            queue.IdleSessions.Remove(slot);
            return slot.Waiting.Count > 0 ? TakeBatch(slot) : null;
        }
    }

    /// <summary>Puts messages that were taken back in their place, to be read again: who had them may have changed them.</summary>
    public void GiveBack(Slot slot, List<StoredMessage> taken, bool isFailure)
    {
        lock (gate)
        {
            if (slots.TryGetValue(slot.Key, out var current) && current == slot)
            {
                slot.Waiting.InsertRange(0, taken.Select(message => message with { Message = null }));
                slot.Failures = isFailure ? slot.Failures + 1 : slot.Failures;
            }
        }
    }

    /// <summary>Lets an instance be handed out again.</summary>
    public void Release(Slot slot)
    {
        lock (gate)
        {
            QueueOf(slot).Running--;
            slot.State = SlotState.Idle;
            if (slot.Failures == 0 || slot.Waiting.Count == 0)
            {
                Ready(slot);
            }
            else
            {
                timers.Add(new TimerEntry(RetryAt(slot.Failures), TimerKind.Instance, slot.Key, slot.Key, slot.IsEntity));
            }
        }
    }

    /// <summary>Waits for an activity.</summary>
    /// <returns><c>null</c> after the timeout or when dispatching stops.</returns>
    public async Task<ActivityEntry?> NextActivityAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (await NextAsync(readyActivities.Reader, timeout, cancellationToken) is { } activity)
        {
            lock (gate)
            {
                if (!activity.IsGone)
                {
                    messageBytes -= activity.Message is null ? 0 : activity.Size;
                    activity.StartedAt = timeProvider.GetTimestamp();
                    return activity;
                }
            }
        }

        return null;
    }

    /// <summary>Puts an activity that ended without a result back, for later.</summary>
    public void GiveBack(ActivityEntry activity, bool isFailure)
    {
        lock (gate)
        {
            activity.StartedAt = null;
            activity.IsCounted = false;
            activity.Message = null;
            if (activity.IsGone)
            {
                return;
            }

            if (isFailure)
            {
                activity.Attempts++;
                timers.Add(new TimerEntry(RetryAt(activity.Attempts), TimerKind.Activity, activity.Id, Key: 0, IsEntity: false));
            }
            else
            {
                readyActivities.Writer.TryWrite(activity);
            }
        }
    }

    /// <summary>The activities that have run for a while and whose attempt the file does not know of yet; a process that they bring down counts too.</summary>
    public List<(long Id, int Attempts)> TakeUncounted(TimeSpan longerThan)
    {
        lock (gate)
        {
            var found = activities.Values
                .Where(activity => !activity.IsCounted && activity.StartedAt is { } started && timeProvider.GetElapsedTime(started) > longerThan)
                .ToList();
            return found.ConvertAll(activity =>
            {
                activity.IsCounted = true;
                return (activity.Id, activity.Attempts + 1);
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        orchestrations.Ready.Writer.TryComplete();
        entities.Ready.Writer.TryComplete();
        readyActivities.Writer.TryComplete();
        await timerTask;
        timers.Dispose();
        stopping.Dispose();
    }

    private static async ValueTask<T?> NextAsync<T>(ChannelReader<T> reader, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        if (reader.TryRead(out var item))
        {
            return item;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await reader.ReadAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            return null;
        }
    }

    private WorkQueue QueueOf(Slot slot) => slot.IsEntity ? entities : orchestrations;

    private ValueTask<Slot?> NextSlotAsync(InstanceKinds kinds, TimeSpan timeout, CancellationToken cancellationToken) => kinds switch
    {
        InstanceKinds.Orchestrations => NextAsync(orchestrations.Ready.Reader, timeout, cancellationToken),
        InstanceKinds.Entities => NextAsync(entities.Ready.Reader, timeout, cancellationToken),
        _ => NextOfEitherAsync(timeout, cancellationToken),
    };

    private async ValueTask<Slot?> NextOfEitherAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        while (!limit.IsCancellationRequested)
        {
            if (orchestrations.Ready.Reader.TryRead(out var slot) || entities.Ready.Reader.TryRead(out slot))
            {
                return slot;
            }

            using var other = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            var either = await Task.WhenAny(
                orchestrations.Ready.Reader.WaitToReadAsync(other.Token).AsTask(), entities.Ready.Reader.WaitToReadAsync(other.Token).AsTask());
            await other.CancelAsync();
            if (either is not { IsCompletedSuccessfully: true, Result: true })
            {
                break;
            }
        }

        return null;
    }

    private void Fire()
    {
        lock (gate)
        {
            FireDue();
        }
    }

    private void FireDue()
    {
        var now = timeProvider.GetUtcNow().UtcTicks;
        while (timers.TryTake(now, out var entry))
        {
            switch (entry.Kind)
            {
                case TimerKind.Message:
                    AddVisible(new StoredMessage(entry.Id, entry.Key, entry.Due, entry.IsEntity, Message: null, Size: 0));
                    break;
                case TimerKind.Instance when slots.TryGetValue(entry.Id, out var slot) && slot.State == SlotState.Idle:
                    Ready(slot);
                    break;
                case TimerKind.Activity when activities.TryGetValue(entry.Id, out var activity):
                    readyActivities.Writer.TryWrite(activity);
                    break;
            }
        }
    }

    private void AddMessage(StoredMessage message)
    {
        if (message.Due is { } due && due > timeProvider.GetUtcNow().UtcTicks)
        {
            timers.Add(new TimerEntry(due, TimerKind.Message, message.Id, message.Key, message.IsEntity));
        }
        else
        {
            AddVisible(message);
        }
    }

    private void AddVisible(StoredMessage message)
    {
        if (!slots.TryGetValue(message.Key, out var slot))
        {
            slot = new Slot(message.Key, message.IsEntity);
            slots.Add(message.Key, slot);
        }

        slot.Waiting.Add(Keep(message));
        if (slot.SessionWaiter is { } waiter)
        {
            waiter.TrySetResult();
        }
        else if (slot is { State: SlotState.Idle, Failures: 0 })
        {
            Ready(slot);
        }
    }

    private void AddActivity(StoredMessage message)
    {
        var kept = Keep(message);
        var activity = new ActivityEntry(message.Id) { Message = kept.Message, Size = kept.Size, Attempts = message.Attempts };
        activities.Add(message.Id, activity);
        readyActivities.Writer.TryWrite(activity);
    }

    private StoredMessage Keep(StoredMessage message)
    {
        if (message.Message is null || messageBytes + message.Size > options.MessageCacheSize)
        {
            return message with { Message = null };
        }

        messageBytes += message.Size;
        return message;
    }

    /// <summary>The messages of the next turn. A rewind comes alone: Core drops what comes with it.</summary>
    private List<StoredMessage> TakeBatch(Slot slot)
    {
        var rewind = slot.Waiting.FindIndex(message => message.IsRewind);
        var count = rewind < 0 ? slot.Waiting.Count : Math.Max(rewind, 1);
        var batch = slot.Waiting;
        if (count == batch.Count)
        {
            slot.Waiting = [];
        }
        else
        {
            batch = slot.Waiting.GetRange(0, count);
            slot.Waiting.RemoveRange(0, count);
        }

        foreach (var message in batch)
        {
            messageBytes -= message.Message is null ? 0 : message.Size;
        }

        return batch;
    }

    private void Ready(Slot slot)
    {
        if (slot.Waiting.Count == 0)
        {
            Retire(slot);
            return;
        }

        slot.State = SlotState.Ready;
        var queue = QueueOf(slot);
        queue.Ready.Writer.TryWrite(slot);
        if (queue.IsCrowded && queue.IdleSessions.First is { } idle)
        {
            // A session that only waits makes room for an instance that could go on.
            queue.IdleSessions.RemoveFirst();
            idle.Value.SessionWaiter?.TrySetResult();
        }
    }

    private void Retire(Slot slot)
    {
        if (slot.State != SlotState.Running && slot.Waiting.Count == 0)
        {
            slot.State = SlotState.Idle;
            if (slots.TryGetValue(slot.Key, out var current) && current == slot)
            {
                slots.Remove(slot.Key);
            }
        }
    }

    private void Clear(long key)
    {
        // What comes after this, such as a rewind, gets a slot of its own: this one may be out, and what it has taken must not come back.
        if (!slots.Remove(key, out var slot))
        {
            return;
        }

        foreach (var message in slot.Waiting)
        {
            messageBytes -= message.Message is null ? 0 : message.Size;
        }

        slot.Waiting.Clear();
        slot.Failures = 0;
        slot.SessionWaiter?.TrySetResult();
    }

    private long RetryAt(int failures)
    {
        var delay = FirstRetryDelay * Math.Pow(2, Math.Min(failures - 1, 30));
        return (timeProvider.GetUtcNow() + (delay < options.MaxRetryDelay ? delay : options.MaxRetryDelay)).UtcTicks;
    }

    /// <summary>Instances that are ready, and how many are out.</summary>
    private sealed class WorkQueue(int limit)
    {
        public Channel<Slot> Ready { get; } = Channel.CreateUnbounded<Slot>();

        public LinkedList<Slot> IdleSessions { get; } = [];

        public int Running { get; set; }

        /// <summary>Whether instances wait for one of those that are out to come back.</summary>
        public bool IsCrowded => Running >= limit && Ready.Reader.Count > 0;
    }
}

using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>
/// Hands out work. It holds in memory what waits in the file and changes with each commit, in the order of the commits, so nothing is polled and nothing is
/// handed out twice. A message goes to a slot and the slot to a queue under one lock: no wake-up can be lost.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    private readonly Gate gate = new();
    private readonly SqliteOrchestrationServiceOptions options;
    private readonly TimeProvider timeProvider;
    private readonly Dictionary<long, Slot> slots = [];
    private readonly MessageCache cache;
    private readonly TimerQueue timers;
    private readonly InstanceQueue orchestrations;
    private readonly InstanceQueue entities;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task timerTask;

    /// <summary>Begins with what the file holds.</summary>
    public Dispatcher(SqliteOrchestrationServiceOptions options, Backlog backlog)
    {
        this.options = options;
        timeProvider = options.TimeProvider;
        orchestrations = new InstanceQueue(options.MaxConcurrentOrchestrations);
        entities = new InstanceQueue(options.MaxConcurrentEntities);
        cache = new MessageCache(options.MessageCacheSize);
        timers = new TimerQueue(timeProvider, options.MaxRetryDelay, Fire);
        Activities = new ActivityQueue(gate, timeProvider, timers, cache);
        Reset(backlog);
        timerTask = timers.RunAsync(gate, stopping.Token);
    }

    /// <summary>The activities that have no result yet.</summary>
    public ActivityQueue Activities { get; }

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

            effects.ClearedActivities.ForEach(Activities.Remove);
            effects.Messages.ForEach(AddMessage);
            effects.Activities.ForEach(Activities.Add);
        }
    }

    /// <summary>Begins anew with what the file holds. What is out stays out, and is handed out again beside it: of two turns of one instance the file takes one.</summary>
    public void Reset(Backlog backlog)
    {
        lock (gate)
        {
            slots.Keys.ToList().ForEach(Clear);
            timers.Clear();
            Activities.Clear();
            backlog.Messages.ForEach(AddMessage);
            backlog.Activities.ForEach(Activities.Add);
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
                timers.AddRetry(TimerKind.Instance, slot.Key, slot.IsEntity, slot.Failures);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        orchestrations.Stop();
        entities.Stop();
        Activities.Stop();
        await timerTask;
        timers.Dispose();
        stopping.Dispose();
    }

    private InstanceQueue QueueOf(Slot slot) => slot.IsEntity ? entities : orchestrations;

    private ValueTask<Slot?> NextSlotAsync(InstanceKinds kinds, TimeSpan timeout, CancellationToken cancellationToken) => kinds switch
    {
        InstanceKinds.Orchestrations => orchestrations.NextAsync(timeout, cancellationToken),
        InstanceKinds.Entities => entities.NextAsync(timeout, cancellationToken),
        _ => orchestrations.NextOfEitherAsync(entities, timeout, cancellationToken),
    };

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
                case TimerKind.Activity:
                    Activities.Retry(entry.Id);
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

        slot.Waiting.Add(cache.Keep(message));
        if (slot.SessionWaiter is { } waiter)
        {
            waiter.TrySetResult();
        }
        else if (slot is { State: SlotState.Idle, Failures: 0 })
        {
            Ready(slot);
        }
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

        batch.ForEach(message => cache.Release(message.Message, message.Size));
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
        QueueOf(slot).Add(slot);
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

        slot.Waiting.ForEach(message => cache.Release(message.Message, message.Size));
        slot.Waiting.Clear();
        slot.Failures = 0;
        slot.SessionWaiter?.TrySetResult();
    }
}

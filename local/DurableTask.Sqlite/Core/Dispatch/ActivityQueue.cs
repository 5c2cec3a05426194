using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>The activities that have no result yet: those that wait, and those that are out.</summary>
internal sealed class ActivityQueue(Gate gate, TimeProvider timeProvider, TimerQueue timers, MessageCache cache)
{
    private readonly Dictionary<long, ActivityEntry> entries = [];

    // An activity stands in it once, and is in the file: it is as long as the backlog on disk.
    private readonly Channel<ActivityEntry> ready = Channel.CreateUnbounded<ActivityEntry>();

    /// <summary>Adds one. The caller holds the lock.</summary>
    public void Add(StoredMessage message)
    {
        var kept = cache.Keep(message);
        var activity = new ActivityEntry(message.Id) { Message = kept.Message, Size = kept.Size, Attempts = message.Attempts };
        entries.Add(message.Id, activity);
        ready.Writer.TryWrite(activity);
    }

    /// <summary>Forgets one that has its result or whose orchestration is gone. The caller holds the lock.</summary>
    public void Remove(long id)
    {
        if (entries.Remove(id, out var activity))
        {
            Forget(activity);
        }
    }

    /// <summary>Forgets all. The caller holds the lock.</summary>
    public void Clear()
    {
        foreach (var activity in entries.Values)
        {
            Forget(activity);
        }

        entries.Clear();
    }

    /// <summary>Lets one be tried again whose pause is over. The caller holds the lock.</summary>
    public void Retry(long id)
    {
        if (entries.TryGetValue(id, out var activity))
        {
            ready.Writer.TryWrite(activity);
        }
    }

    /// <summary>Waits for an activity.</summary>
    /// <returns><c>null</c> after the timeout or when dispatching stops.</returns>
    public async Task<ActivityEntry?> NextAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (await ready.Reader.NextAsync(timeout, cancellationToken) is { } activity)
        {
            lock (gate)
            {
                if (!activity.IsGone)
                {
                    cache.Release(activity.Message, activity.Size);
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
                timers.AddRetry(TimerKind.Activity, activity.Id, isEntity: false, activity.Attempts);
            }
            else
            {
                ready.Writer.TryWrite(activity);
            }
        }
    }

    /// <summary>The activities that have run for a while and whose attempt the file does not know of yet; a process that they bring down counts too.</summary>
    public List<(long Id, int Attempts)> TakeUncounted(TimeSpan longerThan)
    {
        lock (gate)
        {
            var found = entries.Values
                .Where(activity => !activity.IsCounted && activity.StartedAt is { } started && timeProvider.GetElapsedTime(started) > longerThan)
                .ToList();
            return found.ConvertAll(activity =>
            {
                activity.IsCounted = true;
                return (activity.Id, activity.Attempts + 1);
            });
        }
    }

    /// <summary>Ends all waits.</summary>
    public void Stop() => ready.Writer.TryComplete();

    private void Forget(ActivityEntry activity)
    {
        activity.IsGone = true;
        if (activity.StartedAt is null)
        {
            cache.Release(activity.Message, activity.Size);
        }
    }
}

/// <summary>An activity without a result. Guarded by the dispatcher's lock.</summary>
internal sealed class ActivityEntry(long id)
{
    public long Id => id;

    /// <summary>The message; <c>null</c> when it is to be read from the file.</summary>
    public TaskMessage? Message { get; set; }

    public int Size { get; init; }

    /// <summary>How often it was begun before, as far as the file knows.</summary>
    public int Attempts { get; set; }

    /// <summary>When it was handed out; <c>null</c> while it is not.</summary>
    public long? StartedAt { get; set; }

    /// <summary>Whether the file knows of the present attempt.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Whether it has its result, or was deleted with its orchestration.</summary>
    public bool IsGone { get; set; }
}

/// <summary>An activity, handed out to a dispatcher of DurableTask.Core.</summary>
internal sealed class ActivityWorkItem : TaskActivityWorkItem
{
    public required ActivityEntry Entry { get; init; }
}

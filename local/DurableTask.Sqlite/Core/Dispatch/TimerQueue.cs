using System.Runtime.InteropServices;

namespace DurableTask.Sqlite.Dispatch;

/// <summary>What a timer makes happen.</summary>
internal enum TimerKind
{
    /// <summary>A message may be seen.</summary>
    Message,

    /// <summary>An instance may be tried again.</summary>
    Instance,

    /// <summary>An activity may be tried again.</summary>
    Activity,
}

/// <summary>Something that happens at a time.</summary>
/// <param name="Due">The time, in UTC ticks.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Id">The message, the activity, or the key of the instance that it happens to.</param>
/// <param name="Key">The instance that a message is for.</param>
/// <param name="IsEntity">Whether that is an entity.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimerEntry(long Due, TimerKind Kind, long Id, long Key, bool IsEntity) : IComparable<TimerEntry>
{
    /// <summary>By time; messages of one time in the order of their arrival.</summary>
    public int CompareTo(TimerEntry other)
    {
        var byDue = Due.CompareTo(other.Due);
        var byKind = byDue != 0 ? byDue : Kind.CompareTo(other.Kind);
        return byKind != 0 ? byKind : Id.CompareTo(other.Id);
    }
}

/// <summary>All that is due later, and the one task that waits for the next of it.</summary>
internal sealed class TimerQueue(TimeProvider timeProvider, TimeSpan maxRetryDelay, Action fire) : IDisposable
{
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest sleep: a clock that is set forward is noticed after it.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly SortedSet<TimerEntry> entries = [];
    private readonly SemaphoreSlim earlier = new(0, 1);

    /// <summary>Adds an entry. The caller holds the dispatcher's lock.</summary>
    public void Add(TimerEntry entry)
    {
        entries.Add(entry);
        if (entries.Min == entry && earlier.CurrentCount == 0)
        {
            earlier.Release();
        }
    }

    /// <summary>Adds the next attempt of an instance or activity, after a pause that doubles with each failure. The caller holds the dispatcher's lock.</summary>
    public void AddRetry(TimerKind kind, long id, bool isEntity, int failures)
    {
        var delay = FirstRetryDelay * Math.Pow(2, Math.Min(failures - 1, 30));
        Add(new TimerEntry((timeProvider.GetUtcNow() + (delay < maxRetryDelay ? delay : maxRetryDelay)).UtcTicks, kind, id, Key: 0, isEntity));
    }

    /// <summary>Takes all off. The caller holds the dispatcher's lock.</summary>
    public void Clear() => entries.Clear();

    /// <summary>Takes the timer of a message off. The caller holds the dispatcher's lock.</summary>
    public void RemoveMessage(long due, long id) => entries.Remove(new TimerEntry(due, TimerKind.Message, id, Key: 0, IsEntity: false));

    /// <summary>Takes the next entry that is due. The caller holds the dispatcher's lock.</summary>
    public bool TryTake(long now, out TimerEntry entry)
    {
        entry = entries.Min;
        return entries.Count > 0 && entry.Due <= now && entries.Remove(entry);
    }

    public void Dispose() => earlier.Dispose();

    /// <summary>Calls back whenever something is due, until it is cancelled.</summary>
    public async Task RunAsync(Gate gate, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            fire();
            TimeSpan sleep;
            lock (gate)
            {
                sleep = entries.Count == 0 ? LongestSleep : TimeSpan.FromTicks(Math.Max(entries.Min.Due - timeProvider.GetUtcNow().UtcTicks, 0));
            }

            await SleepAsync(sleep < LongestSleep ? sleep : LongestSleep, cancellationToken);
        }
    }

    private async Task SleepAsync(TimeSpan sleep, CancellationToken cancellationToken)
    {
        // Rounded up to whole milliseconds: the timer underneath would end a fraction early and make this loop spin.
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(Math.Ceiling(sleep.TotalMilliseconds)), timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await earlier.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // It is time, or all over.
        }
    }
}

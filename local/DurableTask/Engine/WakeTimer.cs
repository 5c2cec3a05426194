namespace Microsoft.DurableTask.Engine;

/// <summary>Wakes instances at given times, never early.</summary>
sealed class WakeTimer : IDisposable
{
    /// <summary>Timers of the platform reach about 49 days; far ones are set again.</summary>
    static readonly TimeSpan Farthest = TimeSpan.FromDays(1);

    readonly Lock gate = new();
    readonly TimeProvider time;
    readonly Action<long> wake;
    readonly PriorityQueue<long, long> queue = new();
    readonly ITimer timer;
    bool disposed;

    public WakeTimer(TimeProvider time, Action<long> wake)
    {
        this.time = time;
        this.wake = wake;
        timer = time.CreateTimer(static state => ((WakeTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(long number, long ticks)
    {
        lock (gate)
        {
            queue.Enqueue(number, ticks);
            if (queue.TryPeek(out _, out long first) && first == ticks)
            {
                Set(first);
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            queue.Clear();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            queue.Clear();
        }

        timer.Dispose();
    }

    void Set(long ticks)
    {
        if (disposed)
        {
            return;
        }

        TimeSpan delay = TimeSpan.FromTicks(Math.Max(0, ticks - time.GetUtcNow().UtcTicks));

        // Rounded up: the platform counts whole milliseconds and drops the rest.
        timer.Change(delay > Farthest ? Farthest : TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    void Fire()
    {
        List<long> due = [];
        lock (gate)
        {
            long now = time.GetUtcNow().UtcTicks;
            while (queue.TryPeek(out long number, out long ticks) && ticks <= now)
            {
                queue.Dequeue();
                due.Add(number);
            }

            if (queue.TryPeek(out _, out long next))
            {
                Set(next);
            }
        }

        due.ForEach(wake);
    }
}

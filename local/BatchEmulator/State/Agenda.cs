namespace DurableMl.Local.BatchEmulator.State;

/// <summary>What is to happen at a time: one timer of the <see cref="TimeProvider"/> for all of it.</summary>
internal sealed class Agenda : IDisposable
{
    // Timers take at most this; a later entry is armed again on the way.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20);

    private readonly Lock gate = new();
    private readonly PriorityQueue<Action, (DateTimeOffset Due, long Order)> entries = new();
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private long order;
    private bool disposed;

    public Agenda(TimeProvider clock)
    {
        this.clock = clock;
        timer = clock.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs the action at or soon after the time, on a thread of its own. The action checks whether it is still wanted.</summary>
    public void At(DateTimeOffset due, Action action)
    {
        lock (gate)
        {
            entries.Enqueue(action, (due, order++));
            Arm();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            entries.Clear();
        }

        timer.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            Action action;
            lock (gate)
            {
                if (disposed || !entries.TryPeek(out action!, out var next) || next.Due > clock.GetUtcNow())
                {
                    Arm();
                    return;
                }

                entries.Dequeue();
            }

            action();
        }
    }

    private void Arm()
    {
        if (disposed || !entries.TryPeek(out _, out var next))
        {
            return;
        }

        var wait = next.Due - clock.GetUtcNow();
        timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait, Timeout.InfiniteTimeSpan);
    }
}

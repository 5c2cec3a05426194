namespace Microsoft.DurableTask.Engine;

/// <summary>The timers of an orchestration that have not fired, ordered by when they are due.</summary>
sealed class TimerSet
{
    readonly Dictionary<int, (long FireAt, long Created)> timers = [];
    readonly SortedSet<(long FireAt, int Id)> order = [];

    public int Count => timers.Count;

    /// <summary>When the first timer is due, UTC ticks.</summary>
    public long Earliest => order.Min.FireAt;

    public void Add(int id, long fireAt, long created)
    {
        timers.Add(id, (fireAt, created));
        order.Add((fireAt, id));
    }

    public void Remove(int id)
    {
        if (timers.Remove(id, out (long FireAt, long Created) timer))
        {
            order.Remove((timer.FireAt, id));
        }
    }

    public void Clear()
    {
        timers.Clear();
        order.Clear();
    }

    public bool TryGetCreated(int id, out long created)
    {
        bool found = timers.TryGetValue(id, out (long FireAt, long Created) timer);
        created = timer.Created;
        return found;
    }

    /// <summary>The timers that are due, in order.</summary>
    public IEnumerable<(long FireAt, int Id)> Due(long now) => order.TakeWhile(timer => timer.FireAt <= now);
}

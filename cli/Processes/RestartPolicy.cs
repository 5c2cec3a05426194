namespace DurableMl.Cli.Processes;

/// <summary>Decides how long to wait before a process that ended is started again, and when to give up.</summary>
/// <param name="time">The clock.</param>
internal sealed class RestartPolicy(TimeProvider time)
{
    private readonly Queue<long> _ends = new();

    /// <summary>The wait before the first restart; each further one within <see cref="Window"/> doubles it.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many times within <see cref="Window"/> the process may end before this gives up.</summary>
    public int MaxEnds { get; init; } = 5;

    /// <summary>After this long without an end, what was before is forgotten.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Notes that the process ended.</summary>
    /// <returns>How long to wait before it is started again; null to give up.</returns>
    public TimeSpan? NextDelay()
    {
        while (_ends.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > Window)
        {
            _ends.Dequeue();
        }

        _ends.Enqueue(time.GetTimestamp());
        if (_ends.Count > MaxEnds)
        {
            return null;
        }

        var delay = FirstDelay * Math.Pow(2, _ends.Count - 1);
        return delay < MaxDelay ? delay : MaxDelay;
    }
}

namespace DurableMl.Cli.Processes;

/// <summary>Ends a process: SIGTERM, a bounded wait, then SIGKILL, always by id and start time.</summary>
internal static class ProcessStop
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Ends <paramref name="process"/> and waits until it is gone.</summary>
    /// <param name="process">The process; nothing happens if it is gone already.</param>
    /// <param name="grace">How long it may take to end by itself.</param>
    /// <param name="time">The clock that measures the wait.</param>
    /// <returns>False if it had to be killed.</returns>
    public static async Task<bool> StopAsync(ProcessIdentity process, TimeSpan grace, TimeProvider time)
    {
        ProcessSignal.SendTerminate(process);
        if (await WaitAsync(process, grace, time))
        {
            return true;
        }

        ProcessSignal.SendKill(process);
        await WaitAsync(process, TimeSpan.FromSeconds(5), time);
        return false;
    }

    private static async Task<bool> WaitAsync(ProcessIdentity process, TimeSpan limit, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (process.IsAlive)
        {
            if (time.GetElapsedTime(started) >= limit)
            {
                return false;
            }

            await Task.Delay(Poll, time);
        }

        return true;
    }
}

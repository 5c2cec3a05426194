using System.Runtime.InteropServices;

namespace DurableMl.Bench.Inference;

/// <summary>
/// Lets the calling thread run before all others whenever it has something to do, until it is disposed of. A load generator that
/// has to wait for a core which the server uses measures the wait as the server's latency. Only root may; others measure without.
/// </summary>
internal sealed partial class Priority : IDisposable
{
    private const int Other = 0;
    private const int Fifo = 1;

    public Priority()
    {
        int one = 1;
        IsHigh = Schedule(0, Fifo, ref one) == 0;
    }

    /// <summary>Whether it was allowed.</summary>
    public bool IsHigh { get; }

    public void Dispose()
    {
        int none = 0;
        _ = Schedule(0, Other, ref none);
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int Schedule(int thread, int policy, ref int priority);
}

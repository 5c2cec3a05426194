using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DurableMl.Bench.Inference;

/// <summary>Waits until one of several connections has something to read. <c>ppoll</c>, because <c>Socket.Select</c> waits in whole milliseconds only.</summary>
internal static partial class Readiness
{
    private const short Readable = 1;
    private const int Interrupted = 4;

    public static unsafe void Wait(IReadOnlyList<Connection> connections, TimeSpan longest)
    {
        Span<Watched> watched = stackalloc Watched[connections.Count];
        for (int i = 0; i < watched.Length; i++)
        {
            // A negative descriptor is passed over.
            watched[i] = new() { Descriptor = connections[i].IsBusy ? connections[i].Handle : -1, Events = Readable };
        }

        var limit = new Limit { Seconds = longest.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = longest.Ticks % TimeSpan.TicksPerSecond * 100 };
        fixed (Watched* first = watched)
        {
            if (Poll(first, (nuint)watched.Length, &limit, null) < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new Win32Exception();
            }
        }

        for (int i = 0; i < watched.Length; i++)
        {
            connections[i].IsReadable = watched[i].Descriptor >= 0 && watched[i].Returned != 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static unsafe partial int Poll(Watched* watched, nuint count, Limit* limit, void* signals);

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

using System.Diagnostics;

namespace DurableMl.Bench.Inference;

/// <summary>What the machine's cores do, from Linux's counters.</summary>
internal sealed class Cores
{
    private readonly (long Busy, long All) before = Read();

    /// <summary>Share of all cores' time since this was created that was not idle; null where there is no <c>/proc/stat</c>.</summary>
    public double? BusySince()
    {
        (long busy, long all) = Read();
        return all > before.All ? (double)(busy - before.Busy) / (all - before.All) : null;
    }

    /// <summary>
    /// What a latency on this machine can be at best: a thread on each core reads the clock again and again, and every two readings with
    /// more than a fifth of a millisecond between them are time in which it was not allowed to run.
    /// </summary>
    /// <returns>The share of the time in such gaps, and the longest, in milliseconds.</returns>
    public static (double Lost, double Longest) Gaps(TimeSpan length)
    {
        double lost = 0;
        double longest = 0;
        var gate = new Lock();
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            (double sum, double most) = Spin(length);
            lock (gate)
            {
                lost += sum;
                longest = Math.Max(longest, most);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return (lost / length.TotalMilliseconds / threads.Length, longest);
    }

    private static (double Lost, double Longest) Spin(TimeSpan length)
    {
        double lost = 0;
        double longest = 0;
        long start = Stopwatch.GetTimestamp();
        long last = start;
        while (Stopwatch.GetElapsedTime(start, last) < length)
        {
            long now = Stopwatch.GetTimestamp();
            double gap = Stopwatch.GetElapsedTime(last, now).TotalMilliseconds;
            if (gap > 0.2)
            {
                lost += gap;
                longest = Math.Max(longest, gap);
            }

            last = now;
        }

        return (lost, longest);
    }

    // The first line: user, nice, system, idle, iowait, irq, softirq, steal, in ticks.
    private static (long Busy, long All) Read()
    {
        if (!File.Exists("/proc/stat"))
        {
            return default;
        }

        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(long.Parse)];
        long all = ticks.Sum();
        return (all - ticks[3] - ticks[4], all);
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.DurableTask.Client;

namespace DurableTask.Benchmarks;

/// <summary>Many instances that wait for an event: what they take in memory and how long a file with them takes to open.</summary>
static class Idle
{
    public static async Task RunAsync(int count)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durabletask-bench-");
        try
        {
            string path = Path.Combine(folder.FullName, "hub.db");
            string first = "idle-0";
            await using (EngineHost host = await EngineHost.StartAsync(path))
            {
                long started = Stopwatch.GetTimestamp();
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, count),
                    new ParallelOptions { MaxDegreeOfParallelism = 64 },
                    async (i, cancellation) => await host.Client.ScheduleNewOrchestrationInstanceAsync(
                        "Idle", new Microsoft.DurableTask.StartOrchestrationOptions(FormattableString.Invariant($"idle-{i}")), cancellation));
                for (int i = 0; i < count; i++)
                {
                    await host.Client.WaitForInstanceStartAsync(FormattableString.Invariant($"idle-{i}"), CancellationToken.None);
                }

                Print($"{count:N0} instances started and waiting after", Stopwatch.GetElapsedTime(started).TotalSeconds, "s");
                using Process self = Process.GetCurrentProcess();
                Print("memory of the process then (working set)", self.WorkingSet64 / 1e6, "MB");
                GC.Collect();
                Print("managed memory in use", GC.GetTotalMemory(forceFullCollection: true) / 1e6, "MB");
            }

            long opening = Stopwatch.GetTimestamp();
            await using EngineHost again = await EngineHost.StartAsync(path);
            await again.Client.RaiseEventAsync(first, "Go", 1);
            await again.Client.WaitForInstanceCompletionAsync(first);
            Print("file opened again and the first event processed after", Stopwatch.GetElapsedTime(opening).TotalSeconds, "s");
            Print("size of the file", new FileInfo(path).Length / 1e6, "MB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Print(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"- {what}: {value:0.000} {unit}"));
}

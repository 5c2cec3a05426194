using System.Diagnostics;
using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Sqlite;
using DurableTask.Sqlite.Benchmarks;

// dotnet run -c Release --project bench/DurableTask [-- workload…]
var only = args;
foreach (var side in new[] { "memory", "sqlite FULL", "sqlite NORMAL" })
{
    await using var hub = await BenchmarkHub.StartAsync(side);
    await Measure(hub, "five-steps", async () =>
    {
        await hub.RunManyAsync(typeof(Workloads.Chain), 500, 5);
        return await hub.RunManyAsync(typeof(Workloads.Chain), 5000, 5);
    });
    await Measure(hub, "one", async () =>
    {
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            times.Add(await hub.RunManyAsync(typeof(Workloads.Chain), 1, 5));
        }

        times.Sort();
        return times[times.Count / 2];
    });
    await Measure(hub, "chain-200", () => hub.RunManyAsync(typeof(Workloads.Chain), 1, 200));
    await Measure(hub, "chain-5000", () => hub.RunManyAsync(typeof(Workloads.Chain), 1, 5000));
    await Measure(hub, "fan-out-2000", () => hub.RunManyAsync(typeof(Workloads.FanOut), 1, 2000));
    await Measure(hub, "fan-out-20000", () => hub.RunManyAsync(typeof(Workloads.FanOut), 1, 20000));
    await Measure(hub, "signals-1000", () => hub.SignalAsync(1000));
}

async Task Measure(BenchmarkHub hub, string name, Func<Task<double>> run)
{
    if (only.Length == 0 || only.Contains(name, StringComparer.Ordinal))
    {
        var seconds = await run();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hub.Side,-14} {name,-14} {seconds * 1000,10:0.0} ms"));
    }
}

using System.Globalization;

namespace DurableTask.Sqlite.Benchmarks;

/// <summary>
/// The sides on DurableTask.Core's worker: a service that stores nothing, which is the framework's own limit, and SQLite in both modes. They take turns, so that
/// a busy minute of the machine favours none; the first rounds, in which methods are still compiled, are left out.
/// </summary>
internal static class InProcessBenchmark
{
    private const int Rounds = 24;
    private const int WarmUpRounds = 8;

    private static readonly string[] Sides = ["memory", "NORMAL", "FULL"];

    private static readonly Workload[] All =
    [
        new("five-steps", "five-step orchestrations a second, 1,000 at once", IsRate: true, IsLong: false, async hub => 1000 / await hub.RunManyAsync(typeof(Workloads.Chain), 1000, 5)),
        new("one", "ms for one five-step orchestration, seen by its client", IsRate: false, IsLong: false, async hub => 1000 * await MedianAsync(20, () => hub.RunManyAsync(typeof(Workloads.Chain), 1, 5))),
        new("chain-200", "ms for a chain of 200", IsRate: false, IsLong: false, async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.Chain), 1, 200)),
        new("chain-5000", "ms for a chain of 5,000", IsRate: false, IsLong: true, async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.Chain), 1, 5000)),
        new("fan-out-2000", "ms for a fan-out of 2,000", IsRate: false, IsLong: false, async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.FanOut), 1, 2000)),
        new("fan-out-20000", "ms for a fan-out of 20,000", IsRate: false, IsLong: true, async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.FanOut), 1, 20000)),
        new("signals-1000", "ms for 1,000 signals to one entity", IsRate: false, IsLong: false, async hub => 1000 * await hub.SignalAsync(1000)),
    ];

    /// <summary>Measures the chosen workloads and sides, or all.</summary>
    public static async Task RunAsync(IReadOnlyCollection<string> chosen, bool quick, Action<string> line)
    {
        var sides = Sides.Where(side => !chosen.Any(Sides.Contains) || chosen.Contains(side)).ToList();
        var hubs = new List<BenchmarkHub>();
        foreach (var side in sides)
        {
            hubs.Add(await BenchmarkHub.StartAsync(side));
        }

        line($"| workload | {string.Join(" | ", sides.Select(Describe))} |");
        line($"|---|{string.Concat(sides.Select(_ => "---|"))}");
        foreach (var workload in All.Where(workload => chosen.All(Sides.Contains) || chosen.Contains(workload.Name)))
        {
            line(await MeasureAsync(workload, hubs, quick));
        }

        foreach (var hub in hubs)
        {
            await hub.DisposeAsync();
        }
    }

    private static string Describe(string side) => side switch
    {
        "memory" => "stores nothing",
        "NORMAL" => "SQLite, safe against a kill",
        _ => "SQLite, safe against power loss",
    };

    private static async Task<string> MeasureAsync(Workload workload, List<BenchmarkHub> hubs, bool quick)
    {
        var figures = hubs.ToDictionary(hub => hub, _ => new List<double>());
        var rounds = workload.IsLong ? 1 : quick ? 4 : Rounds;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var hub in hubs)
            {
                figures[hub].Add(await workload.Run(hub));
            }
        }

        double? limit = null;
        var cells = hubs.Select(hub =>
        {
            var kept = figures[hub].Skip(workload.IsLong ? 0 : WarmUpRounds).Order().ToList();
            var median = kept[kept.Count / 2];
            var spread = kept.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({kept[0]:0.#} to {kept[^1]:0.#})") : "";
            var share = limit is { } best ? string.Create(CultureInfo.InvariantCulture, $", {100 * (workload.IsRate ? median / best : best / median):0} % of the limit") : "";
            limit ??= string.Equals(hub.Side, "memory", StringComparison.Ordinal) ? median : null;
            return string.Create(CultureInfo.InvariantCulture, $"{median:0.#}{spread}{share}");
        });
        return $"| {workload.Unit} | {string.Join(" | ", cells)} |";
    }

    private static async Task<double> MedianAsync(int count, Func<Task<double>> run)
    {
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            times.Add(await run());
        }

        times.Sort();
        return times[count / 2];
    }

    private sealed record Workload(string Name, string Unit, bool IsRate, bool IsLong, Func<BenchmarkHub, Task<double>> Run);
}

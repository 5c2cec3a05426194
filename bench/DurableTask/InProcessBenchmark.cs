using System.Globalization;
using DurableTask.Sqlite.Benchmarks;

// dotnet run -c Release --project bench/DurableTask [-- workload or side …]
string[] sides = ["memory", "NORMAL", "FULL"];
(string Name, string Unit, Func<BenchmarkHub, Task<double>> Run)[] workloads =
[
    ("five-steps", "five-step orchestrations a second, 2,000 at once", async hub => 2000 / await hub.RunManyAsync(typeof(Workloads.Chain), 2000, 5)),
    ("one", "ms for one five-step orchestration", async hub => 1000 * await Median(20, () => hub.RunManyAsync(typeof(Workloads.Chain), 1, 5))),
    ("chain-200", "ms", async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.Chain), 1, 200)),
    ("chain-5000", "ms", async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.Chain), 1, 5000)),
    ("fan-out-2000", "ms", async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.FanOut), 1, 2000)),
    ("fan-out-20000", "ms", async hub => 1000 * await hub.RunManyAsync(typeof(Workloads.FanOut), 1, 20000)),
    ("signals-1000", "ms", async hub => 1000 * await hub.SignalAsync(1000)),
];

// Long ones once; the others several times, the sides in turn, so that neither a warm-up nor a busy minute of the machine favours one.
const int Rounds = 12;
var chosenSides = sides.Where(side => !args.Any(sides.Contains) || args.Contains(side)).ToArray();
var hubs = new List<BenchmarkHub>();
foreach (var side in chosenSides)
{
    hubs.Add(await BenchmarkHub.StartAsync(side));
}

foreach (var (name, unit, run) in workloads.Where(workload => args.All(sides.Contains) || args.Contains(workload.Name)))
{
    var isLong = name.EndsWith("000", StringComparison.Ordinal) && !name.EndsWith("-1000", StringComparison.Ordinal) && !name.EndsWith("-2000", StringComparison.Ordinal);
    var figures = hubs.ToDictionary(hub => hub, _ => new List<double>());
    for (var round = 0; round < (isLong ? 1 : Rounds); round++)
    {
        foreach (var hub in hubs)
        {
            figures[hub].Add(await run(hub));
        }
    }

    foreach (var (hub, values) in figures)
    {
        // The first round warms up.
        var kept = values.Skip(isLong ? 0 : 2).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-14} {hub.Side,-8} {kept[kept.Count / 2],9:0.0} ({kept[0]:0.0} .. {kept[^1]:0.0}) {unit}"));
    }
}

foreach (var hub in hubs)
{
    await hub.DisposeAsync();
}

static async Task<double> Median(int count, Func<Task<double>> run)
{
    var times = new List<double>();
    for (var i = 0; i < count; i++)
    {
        times.Add(await run());
    }

    times.Sort();
    return times[count / 2];
}

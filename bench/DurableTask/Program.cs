using System.Globalization;
using DurableTask.Benchmarks;

// dotnet run -c Release --project bench/DurableTask [-- name ...]   (no name: all of them)
List<Benchmark> all =
[
    new("chain-1000", "chain of 1,000 steps", host => Scenarios.ChainAsync(host, 1_000)),
    new("chain-5000", "chain of 5,000 steps", host => Scenarios.ChainAsync(host, 5_000)),
    new("chain-100000", "chain of 100,000 steps", host => Scenarios.ChainAsync(host, 100_000), Runs: 1),
    new("fan-1000", "fan-out of 1,000 activities", host => Scenarios.FanOutAsync(host, 1_000)),
    new("fan-10000", "fan-out of 10,000 activities", host => Scenarios.FanOutAsync(host, 10_000)),
    new("fan-100000", "fan-out of 100,000 activities", host => Scenarios.FanOutAsync(host, 100_000), Runs: 3),
    new("many-1000", "1,000 one-activity orchestrations", host => Scenarios.ManyAsync(host, "One", 1_000)),
    new("many-10000", "10,000 one-activity orchestrations", host => Scenarios.ManyAsync(host, "One", 10_000)),
    new("hello-10000", "10,000 five-step orchestrations (HelloCities5)", host => Scenarios.ManyAsync(host, "HelloCities5", 10_000)),
    new("hello-10000-fsync", "the same, surviving power loss (fsync for each group)", host => Scenarios.ManyAsync(host, "HelloCities5", 10_000), SurvivePowerLoss: true),
    new("chain-1000-fsync", "chain of 1,000 steps, surviving power loss", host => Scenarios.ChainAsync(host, 1_000), SurvivePowerLoss: true),
];

Console.WriteLine(Machine.Describe());
Console.WriteLine();
Console.WriteLine("| what | median s | best s | commits wait for the disk |");
Console.WriteLine("|---|---|---|---|");
foreach (Benchmark benchmark in all.Where(item => args.Length == 0 || args.Contains(item.Name)))
{
    List<double> seconds = await benchmark.RunAsync();
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {benchmark.Title} | {seconds[seconds.Count / 2]:0.000} | {seconds[0]:0.000} | {(benchmark.SurvivePowerLoss ? "yes" : "no")} |"));
}

if (args.Length == 0 || args.Contains("idle"))
{
    Console.WriteLine();
    await Idle.RunAsync(100_000);
}

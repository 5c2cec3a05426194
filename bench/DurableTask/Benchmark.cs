using System.Diagnostics;

namespace DurableTask.Benchmarks;

/// <summary>Something that is timed, on a fresh file for each run, after a run to warm up.</summary>
sealed record Benchmark(string Name, string Title, Func<EngineHost, Task> Scenario, int Runs = 5, bool SurvivePowerLoss = false)
{
    /// <summary>The times in seconds, shortest first.</summary>
    public async Task<List<double>> RunAsync()
    {
        List<double> seconds = [];
        for (int run = -1; run < Runs; run++)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("durabletask-bench-");
            try
            {
                await using EngineHost host = await EngineHost.StartAsync(Path.Combine(folder.FullName, "hub.db"), SurvivePowerLoss);
                await Scenarios.ManyAsync(host, "HelloCities5", 200);
                long started = Stopwatch.GetTimestamp();
                await Scenario(host);
                if (run >= 0)
                {
                    seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        seconds.Sort();
        return seconds;
    }
}

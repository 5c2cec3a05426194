using System.Diagnostics;
using System.Globalization;
using System.Text;
using DurableTask.Sqlite.Benchmarks;

// dotnet run -c Release --project bench/DurableTask [-- [--quick] [--in-process] [workload or side …]]
// Without arguments, everything is measured and results.md is written anew.
var quick = args.Contains("--quick");
var chosen = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToList();
var report = new StringBuilder();
Line($"# Results\n\nMachine: {Environment.ProcessorCount} cores, {Load()} before; .NET {Environment.Version}. Medians, with the slowest and the fastest round.\n");
Line("## DurableTask.Core's own worker and client in this process\n");
await InProcessBenchmark.RunAsync(chosen, quick, Line);
if (chosen.Count == 0 && !args.Contains("--in-process"))
{
    Line("\n## The Functions host with an isolated worker\n");
    await RunHostAsync("orchestrations");
    await RunHostAsync("idle");
}

Line($"\n{Load()} after.");
if (!quick && chosen.Count == 0)
{
    var folder = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)];
    await File.WriteAllTextAsync(Path.Combine(folder, "results.md"), report.ToString());
}

return 0;

void Line(string text)
{
    Console.WriteLine(text);
    report.AppendLine(text);
}

// The driver of bench/FunctionsHost has the host, the worker, Azurite and the same workloads as functions.
async Task RunHostAsync(string only)
{
    var driver = AppContext.BaseDirectory.Replace(Path.Combine("bench", "DurableTask"), Path.Combine("bench", "FunctionsHost"), StringComparison.Ordinal);
    List<string> arguments = [Path.Combine(driver, "FunctionsHost.Benchmarks.dll"), "--only", only];
    if (quick)
    {
        arguments.Add("--quick");
    }

    using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true })
        ?? throw new InvalidOperationException("dotnet does not start.");
    while (await process.StandardOutput.ReadLineAsync() is { } line)
    {
        Line(line);
    }

    await process.WaitForExitAsync();
    if (process.ExitCode != 0)
    {
        throw new InvalidOperationException($"The host's benchmark failed. Is it built? dotnet build -c Release bench/FunctionsHost. ({process.ExitCode})");
    }
}

static string Load() => "load " + string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)).ToString(CultureInfo.InvariantCulture);

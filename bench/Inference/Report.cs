using System.Globalization;
using DurableMl.Tests.Support;
using Microsoft.ML.OnnxRuntime;

namespace DurableMl.Bench.Inference;

/// <summary>Prints results as they come and keeps them for the file.</summary>
internal sealed class Report
{
    private readonly List<string> lines = [];

    public void Say(string line)
    {
        Console.WriteLine(line);
        lines.Add(line);
    }

    public void Machine(TimeSpan length) => Say(string.Create(
        CultureInfo.InvariantCulture,
        $"# bench/Inference: last results\n\n{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, one run, everything on the same cores: server, load generator, Azurite. {Environment.ProcessorCount} cores ({CpuModel()}), .NET {Environment.Version}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {length.TotalSeconds} s each"));

    public void Head()
    {
        Say("");
        Say("| model | side | connections | requests/s | p50 ms | p99 ms | server CPU µs | cores busy |");
        Say("|---|---|---:|---:|---:|---:|---:|---:|");
    }

    /// <summary>Whether any request was not answered 200.</summary>
    public bool HasFailures { get; private set; }

    /// <summary>Passes a measurement on and says so where requests of it failed.</summary>
    public Measurement Checked(string side, Measurement measured)
    {
        if (measured.Failed > 0 || measured.Requests == 0)
        {
            HasFailures = true;
            Say($"- FAILED: {measured.Failed} of {measured.Requests} requests, {side}");
        }

        return measured;
    }

    public void Row(string model, string side, int connections, Measurement m) => Say(string.Create(
        CultureInfo.InvariantCulture,
        $"| {model} | {side}{(Checked(side, m).Failed > 0 ? $" ({m.Failed} FAILED)" : "")} | {(connections == 0 ? "" : connections)} | {m.Rate:0.#} | {m.P50:0.00} | {m.P99:0.00} | {m.ServerMicroseconds:0} | {(m.Busy is { } busy ? $"{busy:0%}" : "")} |"));

    public Task SaveAsync(string path) => File.WriteAllLinesAsync(path, lines);

    private static string CpuModel() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "unknown"
        : "unknown";
}

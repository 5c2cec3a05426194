using System.Globalization;
using DurableMl.Tests.Support;

namespace FunctionsHost.Benchmarks;

/// <summary>
/// Orchestrations under the host on each storage. The sides that are quick run side by side and take turns, so that a busy minute of the machine favours none;
/// Azure Storage on Azurite comes after them, once, with smaller numbers where it would take minutes.
/// </summary>
internal static class OrchestrationBenchmark
{
    private const int Rounds = 7;
    private const int WarmUpRounds = 2;

    private static readonly Workload[] AllWorkloads =
    [
        new("five-step orchestrations a second, 1,000 at once", "Chain", 1000, 5, 200, IsRate: true),
        new("ms for one five-step orchestration, seen by its client", "Chain", 1, 5, 1, Repetitions: 20),
        new("ms for a chain of 200", "Chain", 1, 200, 1),
        new("ms for a chain of 5,000", "Chain", 1, 5000, 0, IsLong: true),
        new("ms for a fan-out of 500", "FanOut", 1, 500, 1),
        new("ms for a fan-out of 2,000", "FanOut", 1, 2000, 1),
        new("ms for a fan-out of 20,000", "FanOut", 1, 20000, 0, IsLong: true),
        new("ms for 1,000 signals to one entity", "Signals", 1, 1000, 1),
    ];

    private static readonly Side[] Sides =
    [
        new("stores nothing", MemoryProviderFactory.ProviderName),
        new("SQLite, safe against power loss", "sqlite"),
        new("SQLite, safe against a kill", "sqlite", ("AzureFunctionsJobHost__extensions__durableTask__storageProvider__survivePowerLoss", "false")),
        new("SQLite, safe against power loss, extended sessions", "sqlite", ("AzureFunctionsJobHost__extensions__durableTask__extendedSessionsEnabled", "true")),
    ];

    private static readonly Side Azure = new("Azure Storage on Azurite", "AzureStorage");

    /// <summary>Measures workloads on all storages.</summary>
    /// <param name="azurite">Azurite.</param>
    /// <param name="quick">A tenth of everything, to see that it runs.</param>
    /// <param name="line">Takes the report, line by line.</param>
    /// <param name="only">A part of the name of the workloads to measure, on the quick sides alone; all if it is null.</param>
    public static async Task RunAsync(AzuriteProcess azurite, bool quick, Action<string> line, string? only = null)
    {
        Workload[] workloads = [.. AllWorkloads.Where(workload => only is null || workload.Unit.Contains(only, StringComparison.Ordinal))];
        List<Dictionary<Side, double>> medians = [.. workloads.Select(_ => new Dictionary<Side, double>())];
        var resident = new List<string>();
        var folders = Sides.Select(_ => new TemporaryFolder()).ToList();
        var hosts = new List<HostProcess>();
        try
        {
            for (var i = 0; i < Sides.Length; i++)
            {
                hosts.Add(await HostProcess.StartAsync(Sides[i].Storage, azurite.ConnectionString, folders[i].Path, Sides[i].Settings));
                await hosts[i].UntilRunningAsync();
            }

            for (var i = 0; i < workloads.Length; i++)
            {
                await MeasureAsync(workloads[i], hosts, quick, medians[i]);
            }

            foreach (var host in hosts)
            {
                resident.Add(Text($"{Machine.ResidentMebibytes(host.Id):0}, {Machine.ResidentMebibytes(await host.WorkerIdAsync()):0}"));
            }
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }

            folders.ForEach(folder => folder.Dispose());
        }

        Side[] all = only is null ? [.. Sides, Azure] : Sides;
        if (only is null)
        {
            resident.Add(await MeasureAzuriteAsync(azurite, workloads, quick, medians));
        }

        line($"| workload | {string.Join(" | ", all.Select(side => side.Name))} |");
        line($"|---|{string.Concat(all.Select(_ => "---|"))}");
        for (var i = 0; i < workloads.Length; i++)
        {
            line($"| {workloads[i].Unit} | {string.Join(" | ", all.Select(side => Cell(workloads[i], medians[i], side)))} |");
        }

        line($"| resident MiB: host, worker | {string.Join(" | ", resident)} |");
        line("");
    }

    private static async Task<string> MeasureAzuriteAsync(AzuriteProcess azurite, Workload[] workloads, bool quick, List<Dictionary<Side, double>> medians)
    {
        using var state = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(Azure.Storage, azurite.ConnectionString, state.Path);
        await host.UntilRunningAsync();
        await host.RunAsync("Chain", quick ? 5 : 50, 5);
        for (var i = 0; i < workloads.Length; i++)
        {
            if (workloads[i].OnAzurite is var instances and > 0)
            {
                medians[i][Azure] = await OnceAsync(workloads[i] with { Instances = quick ? Math.Min(instances, 20) : instances, Repetitions = 1 }, host, quick);
            }
        }

        return Text($"{Machine.ResidentMebibytes(host.Id):0}, {Machine.ResidentMebibytes(await host.WorkerIdAsync()):0}; Azurite {Machine.ResidentMebibytes(azurite.Id):0}");
    }

    private static async Task MeasureAsync(Workload workload, List<HostProcess> hosts, bool quick, Dictionary<Side, double> medians)
    {
        var rounds = workload.IsLong ? 1 : quick ? WarmUpRounds + 1 : WarmUpRounds + Rounds;
        var figures = hosts.Select(_ => new List<double>()).ToList();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < hosts.Count; i++)
            {
                figures[i].Add(await OnceAsync(workload, hosts[i], quick));
            }
        }

        for (var i = 0; i < hosts.Count; i++)
        {
            medians[Sides[i]] = Median(figures[i].Skip(workload.IsLong ? 0 : WarmUpRounds));
        }
    }

    private static async Task<double> OnceAsync(Workload workload, HostProcess host, bool quick)
    {
        var seconds = new List<double>();
        for (var i = 0; i < workload.Repetitions; i++)
        {
            seconds.Add(await host.RunAsync(workload.Kind, workload.Instances, quick && workload.Size > 100 ? workload.Size / 10 : workload.Size));
        }

        return workload.IsRate ? workload.Instances / Median(seconds) : Median(seconds) * 1000;
    }

    private static string Cell(Workload workload, Dictionary<Side, double> medians, Side side)
    {
        if (!medians.TryGetValue(side, out var median))
        {
            return "not run";
        }

        var limit = medians[Sides[0]];
        var share = workload.IsRate ? median / limit : limit / median;
        return side == Sides[0] ? Text($"{median:0.#}") : side.Storage == "sqlite" ? Text($"{median:0.#}, {share * 100:0} % of the limit") : Text($"{median:0.#}");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Workload(
        string Unit, string Kind, int Instances, int Size, int OnAzurite, bool IsRate = false, bool IsLong = false, int Repetitions = 1);

    private sealed record Side(string Name, string Storage, params (string Name, string Value)[] Settings);
}

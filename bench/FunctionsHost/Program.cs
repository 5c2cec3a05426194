using System.Diagnostics;
using System.Globalization;
using System.Text;
using DurableMl.FunctionsHost;
using DurableMl.Tests.Support;
using FunctionsHost.Benchmarks;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;

return args is ["host", var port, var state]
    ? await RunHostAsync(int.Parse(port, CultureInfo.InvariantCulture), state)
    : args is ["bare", var barePort] ? await RunBareAsync(barePort) : await MeasureAsync(args.Contains("--quick"), Option("--only"), Option("--workload"));

string? Option(string name) => args.SkipWhile(argument => argument != name).Skip(1).FirstOrDefault();

// The host itself, in a process of its own: as durableml-functions-host, with one storage more to choose.
static async Task<int> RunHostAsync(int port, string state)
{
    await using var host = FunctionsHostApplication.Create(new FunctionsHostOptions
    {
        AppFolder = Build.AppFolder,
        Port = port,
        StateFolder = state,
        Authentication = false,
        ConfigureServices = services => services.AddSingleton<IDurabilityProviderFactory, MemoryProviderFactory>(),
    });
    await host.StartAsync(CancellationToken.None);
    await UntilInputEndsAsync();
    await host.StopAsync();
    return 0;
}

// What an empty answer costs without a host.
static async Task<int> RunBareAsync(string port)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
    await using var app = builder.Build();
    app.MapGet("/empty", () => Results.Ok());
    await app.StartAsync();
    await UntilInputEndsAsync();
    return 0;
}

static async Task UntilInputEndsAsync()
{
    var buffer = new byte[64];
    var input = Console.OpenStandardInput();
    while (await input.ReadAsync(buffer) > 0)
    {
    }
}

static async Task<int> MeasureAsync(bool quick, string? only, string? workload)
{
    var report = new StringBuilder();
    await using var azurite = await AzuriteProcess.StartAsync();
    Line($"Machine: {Machine.Describe()}; load at the start {Machine.Load()}.");
    Line("");
    if (only is null or "http")
    {
        await MeasureHttpAsync(azurite, quick ? TimeSpan.FromSeconds(2) : TimeSpan.FromSeconds(10));
    }

    if (only is null or "orchestrations")
    {
        await OrchestrationBenchmark.RunAsync(azurite, quick, Line, workload);
    }

    if (only is null or "log")
    {
        await MeasureLogAsync(azurite, quick ? 100 : 1000);
    }

    if (only is null or "idle")
    {
        await MeasureIdleAsync(azurite, quick ? 2_000 : 100_000);
    }

    Line("");
    Line($"Load at the end {Machine.Load()}.");
    if (!quick && only is null && workload is null)
    {
        await File.WriteAllTextAsync(Path.Combine(Repository.Root, "bench", "FunctionsHost", "results.md"), $"# Results\n\n{report}");
    }

    return 0;

    void Line(string text)
    {
        Console.WriteLine(text);
        report.AppendLine(text);
    }

    async Task MeasureHttpAsync(AzuriteProcess storage, TimeSpan duration)
    {
        using var state = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync("sqlite", storage.ConnectionString, state.Path);
        var worker = await host.WorkerIdAsync();
        var barePort = FreePort.Next();
        using var bare = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Build.IsDotnet ? [typeof(HttpCost).Assembly.Location, "bare", $"{barePort}"] : ["bare", $"{barePort}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        var bareUrl = new Uri($"http://127.0.0.1:{barePort}/empty");
        await UntilAnswersAsync(bareUrl);
        var hostCost = await HttpCost.MeasureAsync(new Uri(host.Http.BaseAddress!, "empty"), duration, host.Id, worker);
        var resultCost = await HttpCost.MeasureAsync(new Uri(host.Http.BaseAddress!, "empty-result"), duration, host.Id, worker);
        var bareCost = await HttpCost.MeasureAsync(bareUrl, duration, bare.Id);
        bare.StandardInput.Close();
        await bare.WaitForExitAsync();
        Line("| an empty HTTP function | µs of processor time | median, one connection | requests/s, 64 connections |");
        Line("|---|---|---|---|");
        Line(Text($"| under the host | host {Micro(hostCost, 0):0}, worker {Micro(hostCost, 1):0} | {hostCost.Latency.TotalMicroseconds:0} µs | {hostCost.PerSecond:0} |"));
        Line(Text($"| the same, answering by an IActionResult (a line of log each) | host {Micro(resultCost, 0):0}, worker {Micro(resultCost, 1):0} | {resultCost.Latency.TotalMicroseconds:0} µs | {resultCost.PerSecond:0} |"));
        Line(Text($"| a bare ASP.NET Core endpoint | {Micro(bareCost, 0):0} | {bareCost.Latency.TotalMicroseconds:0} µs | {bareCost.PerSecond:0} |"));
        Line("");
        Line(Text($"Start to the first answer: {host.Start.TotalSeconds:0.0} s."));
        Line("");
    }

    async Task MeasureLogAsync(AzuriteProcess storage, int count)
    {
        var levels = new[] { "Warning", "Information" };
        var speeds = levels.ToDictionary(level => level, _ => new List<double>());
        var lines = new Dictionary<string, int>();
        foreach (var level in levels.Concat(levels.Reverse()))
        {
            using var state = new TemporaryFolder();
            await using var host = await HostProcess.StartAsync(
                MemoryProviderFactory.ProviderName, storage.ConnectionString, state.Path, ("AzureFunctionsJobHost__logging__logLevel__default", level));
            await host.UntilRunningAsync();
            await host.RunAsync("Chain", 2 * count, 5);
            for (var round = 0; round < 3; round++)
            {
                speeds[level].Add(count / await host.RunAsync("Chain", count, 5));
            }

            lines[level] = File.ReadLines(Path.Combine(state.Path, "host.log")).Count();
        }

        foreach (var level in levels)
        {
            var sorted = speeds[level].Order().ToList();
            Line(Text($"Log level {level}, five steps on memory: {sorted[sorted.Count / 2]:0} runs/s ({sorted[0]:0} to {sorted[^1]:0}), {lines[level]} lines."));
        }

        Line("");
    }

    async Task MeasureIdleAsync(AzuriteProcess storage, int instances)
    {
        using var state = new TemporaryFolder();
        double accepted;
        double resident;
        await using (var host = await HostProcess.StartAsync("sqlite", storage.ConnectionString, state.Path))
        {
            await host.UntilRunningAsync();
            using var response = await host.Http.PostAsync(new Uri($"idle/{instances}", UriKind.Relative), null);
            response.EnsureSuccessStatusCode();
            accepted = double.Parse(await response.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
            await host.RunAsync("Chain", 1, 5);
            resident = Machine.ResidentMebibytes(host.Id);
            await host.KillAsync();
        }

        var started = Stopwatch.GetTimestamp();
        await using var again = await HostProcess.StartAsync("sqlite", storage.ConnectionString, state.Path);
        await again.RunAsync("Chain", 1, 5);
        Line(Text(
            $"{instances} idle instances in SQLite: accepted in {accepted:0.0} s, host {resident:0} MiB; after kill -9, from the host's new start until a five-step orchestration has ended: {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, host {Machine.ResidentMebibytes(again.Id):0} MiB."));
    }

    static double Micro(HttpCost cost, int process) => cost.ProcessorTime[process].TotalMicroseconds;

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static async Task UntilAnswersAsync(Uri url)
    {
        using var http = new HttpClient();
        for (var i = 0; i < 500; i++)
        {
            try
            {
                using var response = await http.GetAsync(url);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20);
            }
        }

        throw new InvalidOperationException($"{url} does not answer.");
    }
}

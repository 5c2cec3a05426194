using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DurableMl.Tests.Support;

namespace FunctionsHost.Benchmarks;

/// <summary>The host with the benchmark's app, as a process of its own.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _state;

    private HostProcess(Process process, string state, HttpClient http, TimeSpan start)
    {
        _process = process;
        _state = state;
        Http = http;
        Start = start;
    }

    /// <summary>A client for its functions.</summary>
    public HttpClient Http { get; }

    /// <summary>From the start of the process to the first answer of a function.</summary>
    public TimeSpan Start { get; }

    /// <summary>The host's process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the host on a storage.</summary>
    /// <param name="storage">AzureStorage, sqlite or memory.</param>
    /// <param name="azurite">Azurite's connection string.</param>
    /// <param name="state">The folder for its state.</param>
    /// <param name="settings">More settings, as environment variables.</param>
    public static async Task<HostProcess> StartAsync(string storage, string azurite, string state, params (string Name, string Value)[] settings)
    {
        var port = FreePort.Next();

        // The log goes to a file, as a service's would; the benchmark's own output stays readable.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > \"$0\"", Path.Combine(state, "host.log"), Environment.ProcessPath!]) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var argument in Build.IsDotnet ? new[] { typeof(HostProcess).Assembly.Location, "host" } : ["host"])
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(state);
        start.Environment["AzureWebJobsStorage"] = azurite;
        start.Environment["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"] = storage;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMinutes(10) };
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri("empty", UriKind.Relative), limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return new HostProcess(process, state, http, Stopwatch.GetElapsedTime(started));
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>The worker's process id.</summary>
    public async Task<int> WorkerIdAsync()
    {
        using var status = JsonDocument.Parse(await Http.GetStringAsync(new Uri("admin/host/status", UriKind.Relative)));
        return status.RootElement.GetProperty("worker").GetProperty("processId").GetInt32();
    }

    /// <summary>Waits until the triggers run.</summary>
    public async Task UntilRunningAsync()
    {
        while (true)
        {
            using var status = JsonDocument.Parse(await Http.GetStringAsync(new Uri("admin/host/status", UriKind.Relative)));
            if (status.RootElement.GetProperty("state").GetString() == "Running")
            {
                return;
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Runs orchestrations in the app and waits for them.</summary>
    /// <returns>The seconds it took, measured in the app.</returns>
    public async Task<double> RunAsync(string kind, int instances, int size)
    {
        using var response = await Http.PostAsync(new Uri($"run/{kind}/{instances}/{size}", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
        return double.Parse(await response.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>kill -9 of the host; the worker ends with it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The end of its standard input is its end.
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Http.Dispose();
    }
}

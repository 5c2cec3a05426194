using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Fixtures;

/// <summary>How a host under test is started.</summary>
internal sealed record HostSettings
{
    /// <summary>The app's folder; the app of this test project as it was built, unless a test changes a copy of it.</summary>
    public string App { get; init; } = HostProcess.AppFolder;

    /// <summary>The functions that are not disabled; all, if null. Hosts that run at the same time must not take each other's messages.</summary>
    public string[]? Only { get; init; }

    /// <summary>More arguments of the command line.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>More environment variables.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Where the app's storage is.</summary>
    public string Storage { get; init; } = SharedHost.StorageConnection;
}

/// <summary>The host as a person runs it: a process, with the app's worker under it.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static int _count;

    private readonly TemporaryFolder _folder = new();
    private readonly HostSettings _settings;
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"host{Interlocked.Increment(ref _count)}");
    private readonly int _port = FreePort.Next();
    private readonly List<string> _log = [];
    private Process _process;

    private HostProcess(HostSettings settings)
    {
        _settings = settings;
        Directory.CreateDirectory(Records);
        Client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{_port}/")), Timeout = Patience.Limit };
        _process = Launch();
    }

    /// <summary>The build output of the app.</summary>
    public static string AppFolder => Metadata(nameof(AppFolder));

    /// <summary>Calls the host.</summary>
    public HttpClient Client { get; }

    /// <summary>Where it keeps its keys and its timers' status.</summary>
    public string State => _folder["state"];

    /// <summary>Where the app's functions leave what they have to say.</summary>
    public string Records => _folder["records"];

    /// <summary>The operating system's number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Everything it wrote so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>The key that opens everything.</summary>
    public string MasterKey => (string)Keys["masterKey"]!;

    /// <summary>The file of keys.</summary>
    public JsonNode Keys => JsonNode.Parse(File.ReadAllText(Path.Combine(State, "keys.json")))!;

    /// <summary>Starts a host and waits until its triggers run.</summary>
    public static async Task<HostProcess> StartAsync(HostSettings settings)
    {
        var host = new HostProcess(settings);
        try
        {
            await host.WaitUntilUpAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a host and does not wait for anything.</summary>
    public static HostProcess Begin(HostSettings settings) => new(settings);

    /// <summary>Runs a host that is to end by itself.</summary>
    /// <returns>Its exit code, and all that it wrote.</returns>
    public static async Task<(int ExitCode, string Log)> RunAsync(HostSettings settings)
    {
        await using var host = new HostProcess(settings);
        var code = await host.WaitForExitAsync();
        return (code, host.Log);
    }

    /// <summary>Starts it again, with the same port, state and records, after it ended.</summary>
    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Launch();
        await WaitUntilUpAsync();
    }

    /// <summary>What /admin/host/status says.</summary>
    public Task<JsonNode> StatusAsync() => AdminAsync("admin/host/status");

    /// <summary>Reads an address below /admin.</summary>
    public async Task<JsonNode> AdminAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "x-functions-key", MasterKey } } };
        using var response = await Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>The process id of the worker that is ready, once one is.</summary>
    public async Task<int> WorkerIdAsync()
    {
        var worker = await Eventually.GetAsync(
            async () => (await StatusAsync())["worker"] is { } status && (bool)status["ready"]! ? status["processId"] : null, "a worker is ready", () => Log);
        return (int)worker;
    }

    /// <summary>The lines that functions wrote under a name.</summary>
    public string[] Recorded(string name)
    {
        var path = Path.Combine(Records, name);
        return File.Exists(path) ? File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    /// <summary>Waits until functions wrote a line under a name.</summary>
    public Task RecordedAsync(string name, string line) =>
        Eventually.TrueAsync(() => Recorded(name).Contains(line), $"'{line}' in the records of '{name}'", () => $"There is: {string.Join(", ", Recorded(name))}\n{Log}");

    /// <summary>Waits until the log holds a text.</summary>
    public Task LoggedAsync(string text) => Eventually.TrueAsync(() => Log.Contains(text, StringComparison.Ordinal), $"'{text}' in the log", () => Log);

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate() => Signal(_process.Id, "TERM");

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Whether there is such a process.</summary>
    public static bool IsRunning(int process)
    {
        var status = $"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat";
        try
        {
            // A process that ended and was not yet waited for does not run.
            return File.ReadAllText(status).Split(')')[^1].TrimStart()[0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Kills the host alone, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Waits until it has ended; its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await WaitForExitAsync();
        }

        _process.Dispose();
        Client.Dispose();
        _folder.Dispose();
    }

    private static string Metadata(string key) =>
        typeof(HostProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private static IEnumerable<string> FunctionsOf(string app) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(app, "functions.metadata")))!.AsArray().Select(function => (string)function!["name"]!);

    private Process Launch()
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            Path.Combine(Metadata("HostFolder"), "durableml-functions-host.dll"),
            "--app", _settings.App, "--port", _port.ToString(CultureInfo.InvariantCulture), "--state", State, .. _settings.Arguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Its input ends with the test process, however that ends.
        start.Environment["DURABLEML_PARENT_WATCH"] = "1";
        start.Environment["AzureWebJobsStorage"] = _settings.Storage;
        start.Environment["RECORD_FOLDER"] = Records;
        start.Environment["AzureFunctionsWebHost__hostid"] = _name;
        start.Environment["AzureFunctionsJobHost__extensions__durableTask__hubName"] = _name;
        foreach (var function in _settings.Only is { } only ? FunctionsOf(_settings.App).Except(only) : [])
        {
            start.Environment[$"AzureWebJobs.{function}.Disabled"] = "true";
        }

        foreach (var (name, value) in _settings.Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Append(string? line)
    {
        lock (_log)
        {
            _log.Add(line ?? "");
        }
    }

    private async Task WaitUntilUpAsync()
    {
        var up = Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return _process.HasExited || ((await StatusAsync()) is { } status && (string?)status["state"] == "Running" && (bool)status["worker"]!["ready"]!);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
                {
                    return false;
                }
            },
            "the host is up",
            () => Log);
        await up;
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"The host ended with exit code {_process.ExitCode}. {Log}");
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Azure.Storage.Blobs;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Inference;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Processes;

namespace EndToEnd.Tests.Fixtures;

/// <summary>A real <c>durableml up</c> on free ports, with its state in a folder of its own.</summary>
internal sealed class Up : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;
    private readonly HostStateFile _stateFile;
    private readonly HttpClient _http;
    private readonly StorageAccount _storage;

    private Up(Process process, StringBuilder output, HostStateFile stateFile, HostState state, string stateFolder)
    {
        _process = process;
        _output = output;
        _stateFile = stateFile;
        Ports = state.Ports;
        StateFolder = stateFolder;
        _storage = StorageAccount.Load(stateFolder);
        _http = LocalHost.Connect(state.Ports, stateFolder, Patience.Limit);
    }

    public HostPorts Ports { get; }

    public string StateFolder { get; }

    public PipelinesClient Pipelines => new(_http);

    public InferenceClient Inference => new(_http);

    public HttpClient Http => _http;

    public BlobServiceClient Blobs => new(_storage.ConnectionString(Ports));

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts the command; what it writes down shows that it is this one and not an earlier one that is ready.</summary>
    /// <param name="stateFolder">One that knows ports from an earlier start keeps them; a new one gets ports that no other test has.</param>
    /// <param name="options">More options of the command.</param>
    public static Task<Up> StartAsync(string stateFolder, params IReadOnlyList<string> options) => StartAsync(stateFolder, [], options);

    /// <summary>As above, with settings for its parts as environment variables.</summary>
    public static async Task<Up> StartAsync(string stateFolder, IReadOnlyList<(string Name, string Value)> settings, params IReadOnlyList<string> options)
    {
        var file = new HostStateFile(stateFolder);
        var configuration = RepositoryLayout.Find().Configuration;
        var command = Path.Combine(Repository.Root, "cli", "bin", configuration, "net10.0", "durableml.dll");
        var start = new ProcessStartInfo("dotnet", [command, "up", "--state", stateFolder, .. file.Read() is null ? FreePorts() : [], .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DURABLEML_PYTHON"] = Repository.Python;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (file.Read() is { Ready: true } state && state.Up.Pid == process.Id)
            {
                return new Up(process, output, file, state, stateFolder);
            }

            if (process.HasExited || TimeProvider.System.GetElapsedTime(started) > Patience.Limit)
            {
                process.Kill();
                await process.WaitForExitAsync();
                throw new InvalidOperationException($"up did not become ready:\n{output}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>kill -9 of one of its children; <c>up</c> starts it again.</summary>
    public async Task KillServiceAsync(string name)
    {
        var killed = _stateFile.Read()!.Services[name];
        ProcessSignal.SendKill(killed);
        await Eventually.TrueAsync(() => _stateFile.Read()!.Services[name] is { } next && next != killed && next.IsAlive, $"{name} is started again", () => Output);
    }

    /// <summary>kill -9 of <c>up</c> itself: nobody stops its children.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>What it wrote down as its children.</summary>
    public IReadOnlyList<ProcessIdentity> Children() => [.. _stateFile.Read()!.Services.Values];

    /// <summary>The number of a child's process.</summary>
    public int ProcessOf(string name) => _stateFile.Read()!.Services[name].Pid;

    /// <summary>Ctrl+C for a process without a terminal.</summary>
    public async Task<int> StopAsync()
    {
        ProcessSignal.SendTerminate(ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException($"up has ended already:\n{Output}"));
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private static IEnumerable<string> FreePorts() =>
        ((string[])["--port", "--azurite-blob-port", "--azurite-queue-port", "--azurite-table-port", "--batch-port"])
            .SelectMany(option => (string[])[option, FreePort.Next().ToString(CultureInfo.InvariantCulture)]);

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}

using System.Globalization;
using DurableMl.Cli.Processes;

namespace DurableMl.Cli.Hosting;

/// <summary>
/// Azurite, the Batch emulator, the dashboard if it is wanted, and the Functions host, started in this order, kept up, and stopped in the opposite order.
/// One at a time in a state folder.
/// </summary>
internal sealed class LocalHost : IAsyncDisposable
{
    private readonly List<SupervisedProcess> _services = [];
    private readonly HostStateFile _stateFile;
    private readonly IDisposable _lock;
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly Lock _stateGate = new();
    private HostState _state;

    private LocalHost(HostStateFile stateFile, IDisposable folderLock, HostState state, Dashboard? dashboard, TextWriter output, TimeProvider time)
    {
        _stateFile = stateFile;
        _lock = folderLock;
        _state = state;
        Dashboard = dashboard;
        _output = output;
        _time = time;
    }

    /// <summary>Where everything listens.</summary>
    public HostPorts Ports => _state.Ports;

    /// <summary>The dashboard, where it was wanted.</summary>
    public Dashboard? Dashboard { get; }

    /// <summary>Where the Functions host answers.</summary>
    public static Uri FunctionsUrl(HostPorts ports) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Functions}/"));

    /// <summary>A client for the Functions host, with its key.</summary>
    /// <param name="ports">Where it listens.</param>
    /// <param name="stateFolder">Where it keeps its state.</param>
    /// <param name="timeout">How long a request may take.</param>
    /// <exception cref="CliException">The key cannot be read.</exception>
    public static HttpClient Connect(HostPorts ports, string stateFolder, TimeSpan timeout)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = FunctionsUrl(ports), Timeout = timeout };
        http.DefaultRequestHeaders.Add(HostKey.Header, HostKey.Read(stateFolder));
        return http;
    }

    /// <summary>Starts everything and waits until each part answers.</summary>
    /// <param name="layout">Where programs and state lie.</param>
    /// <param name="request">The ports asked for.</param>
    /// <param name="output">Where progress and restarts are reported.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops what was started.</param>
    /// <param name="dashboardProgram">The program of the dashboard; null to go without.</param>
    /// <exception cref="CliException">Another one is up, a port is in use, or a part did not start.</exception>
    public static async Task<LocalHost> StartAsync(
        RepositoryLayout layout, PortRequest request, TextWriter output, TimeProvider time, CancellationToken cancellationToken, string? dashboardProgram = null)
    {
        layout.RequirePython();
        // Whatever the umask and whoever made it: keys, blobs and logs below are this user's own.
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(layout.State, Owner);
            File.SetUnixFileMode(layout.State, Owner);
        }

        var file = new HostStateFile(layout.State);
        var folderLock = file.TryLock() ?? throw new CliException(AlreadyUp(layout, file));
        LocalHost? host = null;
        try
        {
            var previous = file.Read();
            await Leftovers.StopAsync(previous, output, time);
            var chooser = PortChooser.ForLoopback();
            var ports = chooser.Choose(request, previous?.Ports);
            Dashboard? dashboard = null;
            if (dashboardProgram is not null)
            {
                var (web, telemetry) = chooser.ChooseDashboard();
                dashboard = new Dashboard(dashboardProgram, web, telemetry);
            }

            host = new LocalHost(file, folderLock, new HostState { Up = ProcessIdentity.Of(Environment.ProcessId)!, Ports = ports }, dashboard, output, time);
            var storage = StorageAccount.Load(layout.State);
            await host.StartServicesAsync(new ServiceFactory(layout, ports, storage, BatchAccount.Load(layout.State), dashboard), new StorageReadiness(ports, storage), cancellationToken);
            return host;
        }
        catch
        {
            if (host is not null)
            {
                await host.DisposeAsync();
            }
            else
            {
                folderLock.Dispose();
            }

            throw;
        }
    }

    /// <summary>Runs until a part cannot be kept up any more.</summary>
    /// <exception cref="CliException">Which part, and where its log lies.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await (await Task.WhenAny(_services.Select(service => service.Completion)).WaitAsync(cancellationToken));

    /// <summary>Stops everything, the Functions host first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.DisposeAsync();
        }

        Update(state => state with { Ready = false, Services = new Dictionary<string, ProcessIdentity>(StringComparer.Ordinal) });
        _lock.Dispose();
    }

    private static string AlreadyUp(RepositoryLayout layout, HostStateFile file)
    {
        var state = file.Read();
        var who = state is null ? "" : $" (process {state.Up.Pid}, {FunctionsUrl(state.Ports)})";
        return $"A durableml host is up already in {layout.State}{who}. Stop it first, or use it: ./durableml demo, run and status do.";
    }

    private async Task StartServicesAsync(ServiceFactory factory, StorageReadiness storage, CancellationToken cancellationToken)
    {
        var ports = Ports;
        await StartServiceAsync(factory.Azurite(), storage.IsReadyAsync, cancellationToken);
        await StartServiceAsync(factory.BatchEmulator(), token => HttpProbe.AnswersAsync(factory.BatchUrl, token), cancellationToken);
        if (Dashboard is { } dashboard)
        {
            await StartServiceAsync(factory.Dashboard(dashboard), token => HttpProbe.SucceedsAsync(dashboard.ProbeUrl, token), cancellationToken);
        }

        await StartServiceAsync(
            factory.Functions(), token => HttpProbe.SucceedsAsync(new Uri(FunctionsUrl(ports), "v2/health/live").ToString(), token), cancellationToken);
        Update(state => state with { Ready = true });
    }

    private async Task StartServiceAsync(ChildProcessOptions options, Func<CancellationToken, Task<bool>> isReady, CancellationToken cancellationToken)
    {
        var service = new SupervisedProcess(options, isReady, new RestartPolicy(_time), _output, _time) { Started = process => Record(options.Name, process) };
        _services.Add(service);
        var started = _time.GetTimestamp();
        await service.StartAsync(cancellationToken);
        await _output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{options.Name} is up ({_time.GetElapsedTime(started).TotalSeconds:0.0} s)."));
    }

    private Task Record(string name, ProcessIdentity process)
    {
        Update(state => state with { Services = new Dictionary<string, ProcessIdentity>(state.Services, StringComparer.Ordinal) { [name] = process } });
        return Task.CompletedTask;
    }

    private void Update(Func<HostState, HostState> change)
    {
        lock (_stateGate)
        {
            _state = change(_state);
            _stateFile.Write(_state);
        }
    }
}
